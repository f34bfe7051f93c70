package train

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"fringe/internal/words"

	"gopkg.in/yaml.v3"
)

// The errors of the YAML package that speak of types of Go.
var (
	unknownField = regexp.MustCompile(`^line (\d+): field (.+) not found in type \S+$`)
	wrongValue   = regexp.MustCompile("(?s)^line (\\d+): cannot unmarshal (!!\\w+)( `.*`)? into (.+)$")
)

// field is a key of the file with its value, or an element of a list.
type field struct {
	name  string   // empty for an element
	block string   // path of what it is in; empty for the file
	path  string   // of the field
	line  int      // of the key
	known []string // what it may be, in an unknown field
	value *yaml.Node
	form  reflect.Type // nil in an unknown field
}

// collect appends the fields inside a node that is to have the form of a type.
func collect(n *yaml.Node, form reflect.Type, path string, fields *[]field) {
	for form.Kind() == reflect.Pointer {
		form = form.Elem()
	}
	switch {
	case n.Kind == yaml.SequenceNode && (form.Kind() == reflect.Slice || form.Kind() == reflect.Array):
		for i, element := range n.Content {
			element, at := followed(element), fmt.Sprintf("%s[%d]", path, i)
			*fields = append(*fields, field{block: path, path: at, line: element.Line, value: element, form: form.Elem()})
			collect(element, form.Elem(), at, fields)
		}
	case n.Kind == yaml.MappingNode && (form.Kind() == reflect.Struct || form.Kind() == reflect.Map):
		collectKeys(n, form, path, fields)
	}
}

// followed returns the node that an alias stands for, which errors are about; else the node. The depth of what is collected is that of the Go type, so
// that aliases in a circle end.
func followed(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// collectKeys appends the fields of a mapping.
func collectKeys(n *yaml.Node, form reflect.Type, path string, fields *[]field) {
	var known []string
	types := map[string]reflect.Type{}
	if form.Kind() == reflect.Struct {
		known = fieldsOf(form, types)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], followed(n.Content[i+1])
		f := field{name: key.Value, block: path, path: strings.TrimPrefix(path+"."+key.Value, "."), line: key.Line, value: value, form: types[key.Value]}
		if form.Kind() == reflect.Map {
			f.form = form.Elem()
		}
		if f.form == nil {
			f.known = known
		}
		if *fields = append(*fields, f); f.form != nil {
			collect(value, f.form, f.path, fields)
		}
	}
}

// fieldsOf returns the names of a struct's fields in a file, those of inlined ones among them, and notes their types.
func fieldsOf(form reflect.Type, types map[string]reflect.Type) (names []string) {
	for i := range form.NumField() {
		f := form.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case strings.Contains(options, "inline"):
			names = append(names, fieldsOf(f.Type, types)...)
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			names, types[name] = append(names, name), f.Type
		}
	}
	return names
}

// worded returns an error of the YAML package in better words if it is about this field; else "".
func (f field) worded(text string) string {
	if m := unknownField.FindStringSubmatch(text); m != nil && f.form == nil && m[1] == fmt.Sprint(f.line) && m[2] == f.name {
		return fmt.Sprintf("line %d: unknown field %q%s%s", f.line, f.name, f.of(), f.suggestion())
	}
	m := wrongValue.FindStringSubmatch(text)
	if m == nil || f.form == nil || m[1] != fmt.Sprint(f.value.Line) || m[2] != f.value.ShortTag() || m[4] != bare(f.form).String() || !shortened(f.value.Value, m[3]) {
		return ""
	}
	is := m[3]
	if is == "" {
		is = " " + map[string]string{"!!seq": "a list", "!!map": "a block of fields"}[m[2]]
	}
	return fmt.Sprintf("line %s: %s is%s, must be %s", m[1], f.path, is, wanted(f.form))
}

// of names the block that the field is in.
func (f field) of() string {
	if f.block == "" {
		return ""
	}
	return " of " + f.block
}

// suggestion returns what an unknown field was meant to be or, where that is not clear, may be.
func (f field) suggestion() string {
	const few = 16 // more fields than these are not listed
	switch similar := words.DidYouMean(f.name, f.known); {
	case similar != "":
		return similar
	case len(f.known) > 0 && len(f.known) <= few:
		return "; known are " + strings.Join(f.known, ", ")
	}
	return ""
}

// shortened reports whether shown is what the YAML package shows of a value.
func shortened(value, shown string) bool {
	const long, kept = 10, 7
	if len(value) > long {
		value = value[:kept] + "..."
	}
	return shown == "" || shown == " `"+value+"`"
}

// bare returns a type without the pointers to it.
func bare(form reflect.Type) reflect.Type {
	for form.Kind() == reflect.Pointer {
		form = form.Elem()
	}
	return form
}

// wanted says which values a type takes.
func wanted(form reflect.Type) string {
	switch bare(form).Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint32, reflect.Uint64:
		return "a whole number that is not negative"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a block of fields"
}
