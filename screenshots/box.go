package main

import (
	"image"
	"image/color"
	"math"
)

// Lines and blocks are painted, not set from the font, so that they meet exactly at the edges of their cells.

// arms lists U+2500 to U+257F as the weights of the four half lines that leave the middle of the cell: up, right,
// down, left; 0 none, 1 light, 2 heavy. Characters that are not made of such halves (dashes, double lines, arcs,
// diagonals) have "----" here.
const arms = "" +
	"0101" + "0202" + "1010" + "2020" + "----" + "----" + "----" + "----" + // 2500 ─━│┃
	"----" + "----" + "----" + "----" + "0110" + "0210" + "0120" + "0220" + // 2508 ┌┍┎┏
	"0011" + "0012" + "0021" + "0022" + "1100" + "1200" + "2100" + "2200" + // 2510 ┐┑┒┓└┕┖┗
	"1001" + "1002" + "2001" + "2002" + "1110" + "1210" + "2110" + "1120" + // 2518 ┘┙┚┛├┝┞┟
	"2120" + "2210" + "1220" + "2220" + "1011" + "1012" + "2011" + "1021" + // 2520 ┠┡┢┣┤┥┦┧
	"2021" + "2012" + "1022" + "2022" + "0111" + "0112" + "0211" + "0212" + // 2528 ┨┩┪┫┬┭┮┯
	"0121" + "0122" + "0221" + "0222" + "1101" + "1102" + "1201" + "1202" + // 2530 ┰┱┲┳┴┵┶┷
	"2101" + "2102" + "2201" + "2202" + "1111" + "1112" + "1211" + "1212" + // 2538 ┸┹┺┻┼┽┾┿
	"2111" + "1121" + "2121" + "2112" + "2211" + "1122" + "1221" + "2212" + // 2540 ╀╁╂╃╄╅╆╇
	"1222" + "2122" + "2221" + "2222" + "----" + "----" + "----" + "----" + // 2548 ╈╉╊╋
	"----" + "----" + "----" + "----" + "----" + "----" + "----" + "----" + // 2550
	"----" + "----" + "----" + "----" + "----" + "----" + "----" + "----" + // 2558
	"----" + "----" + "----" + "----" + "----" + "----" + "----" + "----" + // 2560
	"----" + "----" + "----" + "----" + "----" + "----" + "----" + "----" + // 2568
	"----" + "----" + "----" + "----" + "0001" + "1000" + "0100" + "0010" + // 2570 ╴╵╶╷
	"0002" + "2000" + "0200" + "0020" + "0201" + "1020" + "0102" + "2010" //   2578 ╸╹╺╻╼╽╾╿

// drawBox paints a line or block character and says whether r is one it knows.
func drawBox(img *image.RGBA, box image.Rectangle, r rune, fg, bg color.RGBA) bool {
	switch {
	case r >= 0x256D && r <= 0x2570:
		drawArc(img, box, r, fg)
		return true
	case r >= 0x2500 && r <= 0x257F:
		return drawArms(img, box, arms[(r-0x2500)*4:][:4], fg)
	case r >= 0x2580 && r <= 0x259F:
		drawBlock(img, box, r, fg, bg)
		return true
	}
	return false
}

func drawArms(img *image.RGBA, box image.Rectangle, weights string, fg color.RGBA) bool {
	if weights == "----" {
		return false
	}
	mid := middle(box)
	// Light lines are one pixel wide, heavy ones three, both centered on the same pixel. Each arm reaches over the
	// middle by half the width of the lines that cross it there, so that corners are closed.
	half := func(i int) int { return max(0, int(weights[i]-'0')-1) }
	across, along := max(half(0), half(2)), max(half(1), half(3))
	for i, w := range weights {
		if w == '0' {
			continue
		}
		h := half(i)
		switch i {
		case 0:
			fill(img, image.Rect(mid.X-h, box.Min.Y, mid.X+h+1, mid.Y+along+1), fg)
		case 1:
			fill(img, image.Rect(mid.X-across, mid.Y-h, box.Max.X, mid.Y+h+1), fg)
		case 2:
			fill(img, image.Rect(mid.X-h, mid.Y-along, mid.X+h+1, box.Max.Y), fg)
		case 3:
			fill(img, image.Rect(box.Min.X, mid.Y-h, mid.X+across+1, mid.Y+h+1), fg)
		}
	}
	return true
}

// middle is the pixel that light lines run through.
func middle(box image.Rectangle) image.Point {
	return image.Pt(box.Min.X+box.Dx()/2, box.Min.Y+box.Dy()/2)
}

// drawArc paints ╭ ╮ ╯ ╰: a quarter of a circle that runs into the light lines of the neighbors.
func drawArc(img *image.RGBA, box image.Rectangle, r rune, fg color.RGBA) {
	mid := middle(box)
	radius := box.Dx() / 2
	right, down := r == 0x256D || r == 0x2570, r == 0x256D || r == 0x256E
	center := image.Pt(mid.X-radius, mid.Y-radius)
	if right {
		center.X = mid.X + radius
	}
	if down {
		center.Y = mid.Y + radius
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			inX, inY := x <= center.X == right || x == center.X, y <= center.Y == down || y == center.Y
			var cover float64
			switch {
			case inX && inY:
				d := math.Hypot(float64(x-center.X), float64(y-center.Y)) - float64(radius)
				cover = 1 - min(1, math.Abs(d))
			case inX && x == mid.X, inY && y == mid.Y:
				cover = 1
			}
			if cover > 0 {
				img.SetRGBA(x, y, mix(img.RGBAAt(x, y), fg, uint8(cover*255)))
			}
		}
	}
}

// drawBlock paints U+2580 to U+259F: eighths, shades and quadrants.
func drawBlock(img *image.RGBA, box image.Rectangle, r rune, fg, bg color.RGBA) {
	mid := middle(box)
	upper, left := box, box
	lower, right := box, box
	upper.Max.Y, left.Max.X = mid.Y, mid.X
	lower.Min.Y, right.Min.X = mid.Y, mid.X
	eighths := func(n, whole int) int { return (n*whole + 4) / 8 }
	switch {
	case r == 0x2580:
		fill(img, upper, fg)
	case r <= 0x2588: // lower eighths, up to the full block
		fill(img, image.Rect(box.Min.X, box.Max.Y-eighths(int(r-0x2580), box.Dy()), box.Max.X, box.Max.Y), fg)
	case r <= 0x258F: // left eighths, from seven down
		fill(img, image.Rect(box.Min.X, box.Min.Y, box.Min.X+eighths(int(0x2590-r), box.Dx()), box.Max.Y), fg)
	case r == 0x2590:
		fill(img, right, fg)
	case r <= 0x2593: // shades: a quarter, a half, three quarters
		fill(img, box, mix(bg, fg, uint8((r-0x2590)*64)))
	case r == 0x2594:
		fill(img, image.Rect(box.Min.X, box.Min.Y, box.Max.X, box.Min.Y+eighths(1, box.Dy())), fg)
	case r == 0x2595:
		fill(img, image.Rect(box.Max.X-eighths(1, box.Dx()), box.Min.Y, box.Max.X, box.Max.Y), fg)
	default: // quadrants from U+2596: bits are upper left 1, upper right 2, lower left 4, lower right 8
		bits := [...]int{4, 8, 1, 1 | 4 | 8, 1 | 8, 1 | 2 | 4, 1 | 2 | 8, 2, 2 | 4, 2 | 4 | 8}[r-0x2596]
		for i, q := range []image.Rectangle{upper.Intersect(left), upper.Intersect(right), lower.Intersect(left), lower.Intersect(right)} {
			if bits&(1<<i) != 0 {
				fill(img, q, fg)
			}
		}
	}
}
