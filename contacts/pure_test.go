package contacts

import (
	"fmt"
	"testing"
)

func BenchmarkPhone(b *testing.B) {
	ns := make([]string, 1000)
	for i := range ns {
		ns[i] = fmt.Sprintf("+4930%07d", 1000000+i*37)
	}
	b.Run("plus", func(b *testing.B) {
		i := 0
		for b.Loop() {
			ParsePhone(ns[i%1000], "")
			i++
		}
	})
	for i := range ns {
		ns[i] = fmt.Sprintf("(212) 555-%04d", i*7)
	}
	b.Run("nat", func(b *testing.B) {
		i := 0
		for b.Loop() {
			ParsePhone(ns[i%1000], "US")
			i++
		}
	})
}
func BenchmarkFold(b *testing.B) {
	b.Run("ascii", func(b *testing.B) {
		for b.Loop() {
			Fold("Melissa Okafor")
		}
	})
	b.Run("uni", func(b *testing.B) {
		for b.Loop() {
			Fold("Jürgen Weiß")
		}
	})
	b.Run("email", func(b *testing.B) {
		for b.Loop() {
			ParseEmail("Melissa.Okafor@northwind.example")
		}
	})
}
