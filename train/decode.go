package train

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Decode reads a YAML training file into the struct that to points to. Fields that the struct does not have are errors.
func Decode(text []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(to)
	if errors.Is(err, io.EOF) {
		return errors.New("train: the config is empty")
	}
	return readError(text, to, err)
}

// readError wraps an error of the YAML package that reading text into a struct gave; nil for none.
func readError(text []byte, to any, err error) error {
	var wrong *yaml.TypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("train: read config: %s", strings.Join(inFields(text, reflect.TypeOf(to), wrong.Errors), "; "))
	case err != nil:
		return fmt.Errorf("train: read config: %w", err)
	}
	return nil
}

// inFields words the errors of the YAML package by the fields of the file, whose form is that of a Go type. One whose field is not found
// stays as it is.
func inFields(text []byte, form reflect.Type, list []string) (out []string) {
	var file yaml.Node
	if yaml.Unmarshal(text, &file) != nil || len(file.Content) == 0 {
		return list
	}
	root := file.Content[0]
	fields := []field{{path: "the config", line: root.Line, value: root, form: form}}
	collect(root, form, "", &fields)
	for _, text := range list {
		out = append(out, worded(text, &fields))
	}
	return out
}

// worded words one error and takes its field out of the list.
func worded(text string, fields *[]field) string {
	for i, f := range *fields {
		if better := f.worded(text); better != "" {
			*fields = append((*fields)[:i:i], (*fields)[i+1:]...)
			return better
		}
	}
	return text
}
