package evaluate

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Report is a page for people: sections of figures, tables and short text. All text is plain; the writer escapes it.
type Report struct {
	Title    string
	Intro    []string // paragraphs
	Sections []Section
	Footer   string // how the page was made; empty for none
}

// Section is one part of a report: figures side by side, then tables, then links.
type Section struct {
	Title   string
	Text    []string // paragraphs
	Figures []Figure
	Tables  []Table
	Links   []Link
}

// Link points to another file.
type Link struct {
	Text string
	Path string // with slashes, from the folder of the page
}

// Figure is a PNG and what a reader should know when looking at it.
type Figure struct {
	PNG     []byte
	Caption string
}

// Table is a table whose first column names the row. Every row has as many cells as there are columns.
type Table struct {
	Columns []string
	Rows    [][]string
	Caption string
}

// Validate names the first row whose number of cells is not that of the columns.
func (t Table) Validate() error {
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("evaluate: table row %d has %d cells for %d columns", i, len(row), len(t.Columns))
		}
	}
	return nil
}

// WriteText writes the table in aligned columns for a terminal, without its caption.
func (t Table) WriteText(w io.Writer) error {
	if err := t.Validate(); err != nil {
		return err
	}
	aligned := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rule := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		rule[i] = strings.Repeat("-", utf8.RuneCountInString(c))
	}
	for _, row := range append([][]string{t.Columns, rule}, t.Rows...) {
		if _, err := fmt.Fprintln(aligned, strings.Join(row, "\t")); err != nil {
			return fmt.Errorf("evaluate: write table: %w", err)
		}
	}
	if err := aligned.Flush(); err != nil {
		return fmt.Errorf("evaluate: write table: %w", err)
	}
	return nil
}

// Address returns the path as a relative address. The dot keeps a name with a colon from being taken for a scheme.
func (l Link) Address() string { return (&url.URL{Path: "./" + l.Path}).String() }

// DataURI returns the picture as a data: address, so that the page needs no other file.
func (f Figure) DataURI() template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG))
}

// WriteHTML writes the report as one self-contained page: the pictures are inside, nothing is loaded from elsewhere.
func (r Report) WriteHTML(w io.Writer) error {
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			if err := t.Validate(); err != nil {
				return fmt.Errorf("evaluate: section %q: %w", s.Title, err)
			}
		}
	}
	page, err := template.New("report").Parse(reportPage)
	if err != nil {
		return fmt.Errorf("evaluate: report template: %w", err)
	}
	if err := page.Execute(w, r); err != nil {
		return fmt.Errorf("evaluate: write report: %w", err)
	}
	return nil
}

// reportPage uses system fonts and adapts to narrow and dark screens.
const reportPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --line: #8885; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
p { max-width: 50rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.2rem; }
figure { margin: 0; } img { width: 100%; height: auto; background: white; border-radius: 4px; }
figcaption, caption, footer { color: GrayText; font-size: .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1.2rem 0; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; padding-top: .4rem; }
th, td { padding: .3rem .9rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
footer { margin: 3rem 0 1rem; border-top: 1px solid var(--line); padding-top: .6rem; }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
{{range .Intro}}<p>{{.}}</p>
{{end}}{{range .Sections}}<section>
<h2>{{.Title}}</h2>
{{range .Text}}<p>{{.}}</p>
{{end}}{{if .Figures}}<div class="figures">
{{range .Figures}}<figure><img src="{{.DataURI}}" alt="{{.Caption}}"><figcaption>{{.Caption}}</figcaption></figure>
{{end}}</div>
{{end}}{{range .Tables}}<div class="scroll"><table>
{{if .Caption}}<caption>{{.Caption}}</caption>
{{end}}<thead><tr>{{range .Columns}}<th>{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{end}}{{if .Links}}<ul>
{{range .Links}}<li><a href="{{.Address}}">{{.Text}}</a></li>
{{end}}</ul>
{{end}}</section>
{{end}}{{if .Footer}}<footer>{{.Footer}}</footer>
{{end}}</body>
</html>
`
