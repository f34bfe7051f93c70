package unrolled_test
import ("testing";"fmt";"fringe/radio";"fringe/measure")
func TestDbg(t *testing.T){
 grid := radio.Grid{NX:16,NY:14,CellRad:1e-9}
 v := pointSource(grid)
 gram,_ := measure.NewGram(grid,v)
 sc,_ := gram.NetworkUnits()
 c := small; c.Steps=1; c.UNet.Float64=false
 got,_ := network(t,c).Image(grid,v)
 n:=0
 for i := range got { if got[i]>0 { fmt.Printf("%d got %.5f  dirty/norm %.5f  net %.5f\n", i, got[i], gram.Dirty[i]/gram.Norm, float64(sc.Dirty[i])*sc.Scale); n++; if n>12 {break} } }
 fmt.Println(gram.Norm, sc.Scale, sc.Gain, gram.BeamPixels)
}
