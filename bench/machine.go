package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A machine is what figures are of.
type machine struct {
	CPU      string   `json:"cpu"`
	Cores    int      `json:"cores"`
	Memory   float64  `json:"memory_gb"`
	Kernel   string   `json:"kernel"`
	Load     string   `json:"load"` // before anything was measured
	Timezone string   `json:"tz"`
	Programs []string `json:"programs"`
}

func (b *bench) machine() machine {
	m := machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Timezone: "unset"}
	for line := range strings.Lines(read("/proc/cpuinfo")) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	if total, err := statusField(read("/proc/meminfo"), "MemTotal"); err == nil {
		m.Memory = float64(total) * 1024 / 1e9
	}
	m.Kernel = strings.TrimSpace(read("/proc/sys/kernel/osrelease"))
	m.Load = strings.TrimSpace(read("/proc/loadavg"))
	if tz, set := os.LookupEnv("TZ"); set {
		m.Timezone = tz
	}
	for _, argv := range [][]string{
		{b.icmpdump, "--version"}, {"go", "version", b.icmpdump}, {"tcpdump", "--version"}, {"tshark", "--version"}, {"trafgen", "--version"},
	} {
		out, _ := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		for line := range strings.Lines(string(out)) { // tshark says first that it is root
			if strings.HasPrefix(line, "TShark") {
				first = strings.TrimSpace(line)
			}
		}
		m.Programs = append(m.Programs, strings.TrimPrefix(first, b.icmpdump+": "))
	}
	return m
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s GB, Linux %s, load %s, TZ %s\n%s\n", m.CPU, m.Cores, number(m.Memory), m.Kernel, m.Load, m.Timezone, strings.Join(m.Programs, "\n"))
}

// read is a file's text, or "".
func read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}
