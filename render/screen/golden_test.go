package screen

import (
	"fmt"
	"testing"

	"icmpdump/internal/lab"
)

func TestScreens(t *testing.T) {
	s := theStage(t)
	for _, size := range [][2]int{{80, 24}, {120, 40}, {50, 15}, {200, 50}} {
		name := fmt.Sprintf("%dx%d.txt", size[0], size[1])
		t.Run(name, func(t *testing.T) { lab.Golden(t, name, shown(s.screen(size[0], size[1], nil))+"\n") })
	}
}
