package evaluate

import (
	"bytes"
	"strings"
	"testing"
)

func sample() Report {
	return Report{
		Title: "M87 <2017>",
		Intro: []string{"Two methods & one sky."},
		Sections: []Section{{
			Title:   "Images",
			Figures: []Figure{{PNG: []byte("picture"), Caption: `a "ring"`}},
			Tables:  []Table{{Columns: []string{"method", "diameter (µas)"}, Rows: [][]string{{"entropy", "41.2"}, {"unrolled", "40.8"}}, Caption: "one night"}},
			Links:   []Link{{Text: "the <log>", Path: "../my runs/a:b#1.json"}},
		}},
		Footer: "made by a test",
	}
}

// The page must stand alone: nothing may be loaded from elsewhere, and text must not become markup.
func TestWriteHTML(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"<title>M87 &lt;2017&gt;</title>", "Two methods &amp; one sky.", "<h2>Images</h2>",
		`src="data:image/png;base64,cGljdHVyZQ=="`, "a &#34;ring&#34;", "<td>41.2</td>", "<caption>one night</caption>", "made by a test",
		`<a href="./../my%20runs/a:b%231.json">the &lt;log&gt;</a>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for _, never := range []string{"http", "<script", "@import", "<link"} {
		if strings.Contains(page, never) {
			t.Errorf("%q in the page", never)
		}
	}
}

func TestWriteText(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Sections[0].Tables[0].WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := "method    diameter (µas)\n------    --------------\nentropy   41.2\nunrolled  40.8\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestRaggedTable(t *testing.T) {
	r := sample()
	r.Sections[0].Tables[0].Rows[1] = []string{"lone"}
	if err := r.WriteHTML(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "row 1 has 1 cells for 2 columns") {
		t.Errorf("error %v", err)
	}
}
