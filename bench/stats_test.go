package main

import (
	"math"
	"testing"
)

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		want   spread
		text   string
	}{
		{"one", []float64{3}, spread{3, 3, 3}, "3"},
		{"odd", []float64{0.5, 0.25, 9}, spread{0.25, 0.5, 9}, "0.250 0.500 9"},
		{"even", []float64{1, 4, 2, 3}, spread{1, 2.5, 4}, "1 2.50 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := spreadOf(tt.values)
			if got != tt.want || got.String() != tt.text {
				t.Errorf("got %v, want %v, as %q", got, tt.want, tt.text)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(100-i))
	}
	for _, tt := range []struct {
		values  []float64
		q, want float64
	}{
		{hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {hundred, 0, 1}, {[]float64{7}, 0.99, 7},
	} {
		if got := quantile(tt.values, tt.q); got != tt.want {
			t.Errorf("%v of %d values: got %v, want %v", tt.q, len(tt.values), got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {1_000_000, "1000000"}, {1234.5, "1234"}, {12.345, "12.3"}, {1.2345, "1.23"}, {0.012345, "0.0123"}, {-2.5, "-2.50"},
		{math.Inf(1), "+Inf"}, {math.NaN(), "NaN"},
	} {
		if got := number(tt.v); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.v, got, tt.want)
		}
	}
}
