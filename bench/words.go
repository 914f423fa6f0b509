package main

import (
	"fmt"
	"strconv"
	"strings"
)

// count is the number before these words, in the singular or the plural, on a line of what a
// program says at its end: icmpdump and tcpdump say it alike.
func count(stderr, words string) (uint64, error) {
	noun, rest, _ := strings.Cut(words, " ")
	for line := range strings.Lines(stderr) {
		n, behind, _ := strings.Cut(strings.TrimSpace(line), " ")
		if behind != words && behind != strings.TrimSuffix(noun, "s")+" "+rest {
			continue
		}
		return strconv.ParseUint(n, 10, 64)
	}
	return 0, fmt.Errorf("nothing is said of %s", words)
}

// statusField is the number of a field in a /proc/PID/status.
func statusField(status, name string) (uint64, error) {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			number, _, _ := strings.Cut(strings.TrimSpace(value), " ") // behind it is kB
			return strconv.ParseUint(number, 10, 64)
		}
	}
	return 0, fmt.Errorf("a status without %s", name)
}

// threadTime is how many nanoseconds the thread of a /proc/PID/task/TID/schedstat ran.
func threadTime(schedstat string) (uint64, error) {
	first, _, _ := strings.Cut(strings.TrimSpace(schedstat), " ")
	return strconv.ParseUint(first, 10, 64)
}
