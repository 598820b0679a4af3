package main

import (
	"fmt"
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// theme is what a terminal is set to before any program runs in it: the colors a program gets when it asks for
// none, the answer to "what is your background?" (OSC 11), and the sixteen named colors.
type theme struct {
	name  string
	fg    color.RGBA
	bg    color.RGBA
	named [16]color.RGBA
}

func dark() theme {
	return theme{
		name: "dark", fg: rgb(0xD8D8E0), bg: rgb(0x14141A),
		named: [16]color.RGBA{
			rgb(0x26262E), rgb(0xFF7B72), rgb(0x7FD88F), rgb(0xF2B86B), rgb(0x7AA2F7), rgb(0xB9A7E8), rgb(0x5CCFE6), rgb(0xC3C8D0),
			rgb(0x8A919C), rgb(0xFF9D96), rgb(0xA4E7B0), rgb(0xFFD08F), rgb(0x9DBBFA), rgb(0xC9B8FF), rgb(0x8BE0F0), rgb(0xFFFFFF),
		},
	}
}

func light() theme {
	return theme{
		name: "light", fg: rgb(0x202028), bg: rgb(0xFAFAF7),
		named: [16]color.RGBA{
			rgb(0x202028), rgb(0xC0261F), rgb(0x1A7F37), rgb(0x945600), rgb(0x2456B8), rgb(0x6650A4), rgb(0x006C85), rgb(0xC3C8D0),
			rgb(0x5F6672), rgb(0xA4221C), rgb(0x14692D), rgb(0x7A4700), rgb(0x1C48A0), rgb(0x4B32B8), rgb(0x00566B), rgb(0xFFFFFF),
		},
	}
}

func themeNamed(name string) (theme, error) {
	switch name {
	case "dark":
		return dark(), nil
	case "light":
		return light(), nil
	}
	return theme{}, fmt.Errorf("theme %q: want dark or light", name)
}

// color turns what a program asked for into what the picture shows. nil means the program asked for nothing and
// gets unset. Only the sixteen named colors belong to the theme; the other 240 indexed colors and true colors
// look the same everywhere.
func (t theme) color(c color.Color, unset color.RGBA) color.RGBA {
	switch c := c.(type) {
	case nil:
		return unset
	case ansi.BasicColor:
		return t.named[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return t.named[c]
		}
	}
	return opaque(c)
}

func opaque(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xFF}
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xFF}
}

// mix returns the color weight/255 of the way from a to b.
func mix(a, b color.RGBA, weight uint8) color.RGBA {
	part := func(a, b uint8) uint8 {
		return uint8((uint32(a)*(255-uint32(weight)) + uint32(b)*uint32(weight) + 127) / 255)
	}
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xFF}
}
