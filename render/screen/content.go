package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"icmpdump/render"
)

// bottom is what stands in the bottom row instead of the page's last, or nothing.
func (m *Model) bottom() string {
	if m.prompt != nil {
		line, _ := m.prompt.line(m.width)
		return line
	}
	said := m.said
	if said == "" && m.warned != m.heard {
		said = render.Clean(m.warned).String()
	}
	return ansi.Truncate(said, m.width, "…")
}

// lines are those of the page, cut to the screen.
func (m *Model) lines() []string {
	lines := m.page.lines(m, m.width, m.height)
	lines = lines[:min(len(lines), m.height)]
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, m.width, "…")
	}
	return lines
}

// content is all of the screen.
func (m *Model) content() string {
	lines := m.lines()
	if bottom := m.bottom(); bottom != "" && m.height > 0 {
		for len(lines) < m.height {
			lines = append(lines, "")
		}
		lines[m.height-1] = bottom
	}
	return strings.Join(lines, "\n")
}
