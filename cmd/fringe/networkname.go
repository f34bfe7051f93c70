package main

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"fringe/models"
)

// otherNetwork says which network a checkpoint holds and which one is asked for, where the two differ.
func otherNetwork(got, want []byte, err error) error {
	a, b := describeNetwork(got), describeNetwork(want)
	if a == b {
		return err
	}
	return fmt.Errorf("it holds %s, the config asks for %s: %w", a, b, err)
}

// describeNetwork returns the block of a config that chooses the network, such as unet {pools: 3, width: 16}, without what is zero.
func describeNetwork(config []byte) string {
	var fields map[string]yaml.Node
	if yaml.Unmarshal(config, &fields) != nil {
		return "an unknown network"
	}
	for _, name := range append(models.NetworkNames(), "unrolled") {
		block, there := fields[name]
		if !there {
			continue
		}
		plain(&block)
		if text, err := yaml.Marshal(&block); err == nil {
			return fmt.Sprintf("%s %s", name, text[:len(text)-1])
		}
	}
	return "an unknown network"
}

// plain drops what is zero from the mappings of a node, and has it written in one line without needless quotes.
func plain(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		n.Style = yaml.FlowStyle
	}
	for _, inside := range n.Content {
		plain(inside)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	var kept []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := n.Content[i+1]
		empty := len(value.Content) == 0 && slices.Contains([]string{"", "0", "false", "null"}, value.Value)
		if !empty {
			kept = append(kept, n.Content[i], value)
		}
	}
	n.Content = kept
}
