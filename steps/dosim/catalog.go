package dosim

import (
	"slices"
	"strconv"
	"time"
)

// regionView is a region as the API gives it.
type regionView struct {
	Name      string   `json:"name"`
	Slug      string   `json:"slug"`
	Features  []string `json:"features"`
	Available bool     `json:"available"`
	Sizes     []string `json:"sizes"`
}

// amount is a quantity with its unit.
type amount struct {
	Amount int    `json:"amount"`
	Unit   string `json:"unit"`
}

// diskView is one disk of a size or a droplet.
type diskView struct {
	Type string `json:"type"`
	Size amount `json:"size"`
}

// sizeView is a size of droplet as the API gives it.
type sizeView struct {
	Slug         string     `json:"slug"`
	Memory       int        `json:"memory"` // MiB
	VCPUs        int        `json:"vcpus"`
	Disk         int        `json:"disk"`     // GiB
	Transfer     float64    `json:"transfer"` // TB
	PriceMonthly float64    `json:"price_monthly"`
	PriceHourly  float64    `json:"price_hourly"`
	Regions      []string   `json:"regions"`
	Available    bool       `json:"available"`
	Description  string     `json:"description"`
	DiskInfo     []diskView `json:"disk_info"`
	Throughput   int        `json:"networking_throughput"` // Mbit/s
}

// regionNames and sizes are what the service sells; slugs, measures and prices as
// published, the list shortened.
var regionNames = []struct {
	slug, name string
	available  bool
}{
	{"ams3", "Amsterdam 3", true},
	{"blr1", "Bangalore 1", true},
	{"fra1", "Frankfurt 1", true},
	{"lon1", "London 1", true},
	{"nyc1", "New York 1", true},
	{"nyc2", "New York 2", false},
	{"nyc3", "New York 3", true},
	{"sfo3", "San Francisco 3", true},
	{"sgp1", "Singapore 1", true},
	{"syd1", "Sydney 1", true},
	{"tor1", "Toronto 1", true},
}

var sizeTable = []struct {
	slug               string
	memory, cpus, disk int
	transfer           float64
	monthly, hourly    float64
	description        string
}{
	{"s-1vcpu-512mb-10gb", 512, 1, 10, 0.5, 4, 0.00595, "Basic"},
	{"s-1vcpu-1gb", 1024, 1, 25, 1, 6, 0.00893, "Basic"},
	{"s-1vcpu-2gb", 2048, 1, 50, 2, 12, 0.01786, "Basic"},
	{"s-2vcpu-2gb", 2048, 2, 60, 3, 18, 0.02679, "Basic"},
	{"s-2vcpu-4gb", 4096, 2, 80, 4, 24, 0.03571, "Basic"},
	{"s-4vcpu-8gb", 8192, 4, 160, 5, 48, 0.07143, "Basic"},
	{"g-2vcpu-8gb", 8192, 2, 25, 4, 63, 0.09375, "General Purpose"},
	{"c-4", 8192, 4, 50, 5, 84, 0.125, "CPU-Optimized"},
}

func regions() []regionView {
	views := make([]regionView, 0, len(regionNames))
	for _, r := range regionNames {
		slugs := []string{}
		if r.available {
			for _, size := range sizeTable {
				slugs = append(slugs, size.slug)
			}
		}
		views = append(views, regionView{
			Name: r.name, Slug: r.slug, Available: r.available, Sizes: slugs,
			Features: []string{"backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"},
		})
	}
	return views
}

func findRegion(slug string) (regionView, bool) {
	all := regions()
	i := slices.IndexFunc(all, func(r regionView) bool { return r.Slug == slug })
	if i < 0 {
		return regionView{}, false
	}
	return all[i], true
}

// region is findRegion for slugs that the world itself holds.
func region(slug string) regionView {
	r, _ := findRegion(slug)
	return r
}

func sizes() []sizeView {
	var open []string
	for _, r := range regionNames {
		if r.available {
			open = append(open, r.slug)
		}
	}
	views := make([]sizeView, 0, len(sizeTable))
	for _, z := range sizeTable {
		views = append(views, sizeView{
			Slug: z.slug, Memory: z.memory, VCPUs: z.cpus, Disk: z.disk, Transfer: z.transfer,
			PriceMonthly: z.monthly, PriceHourly: z.hourly, Regions: open, Available: true,
			Description: z.description, DiskInfo: localDisk(z.disk), Throughput: 2000,
		})
	}
	return views
}

func findSize(slug string) (sizeView, bool) {
	all := sizes()
	i := slices.IndexFunc(all, func(z sizeView) bool { return z.Slug == slug })
	if i < 0 {
		return sizeView{}, false
	}
	return all[i], true
}

// sizeNow is findSize as the region sells it at this moment: what a fault has taken out is not available.
func (s *Sim) sizeNow(slug, region string) (sizeView, bool) {
	z, known := findSize(slug)
	if known && !s.sells(slug, region) {
		z.Available = false
	}
	return z, known
}

// sells reports whether the region has the size now.
func (s *Sim) sells(size, region string) bool {
	return !slices.ContainsFunc(s.faults.armed, func(f *armedFault) bool {
		return f.Kind == FaultSizeUnavailable && (f.Text == "" || f.Text == size) && (f.Scope == "" || f.Scope == region)
	})
}

// regionsNow and sizesNow are what the account is shown: without what is sold out.
func (s *Sim) regionsNow() []regionView {
	all := regions()
	for i := range all {
		all[i].Sizes = slices.DeleteFunc(all[i].Sizes, func(size string) bool { return !s.sells(size, all[i].Slug) })
	}
	return all
}

func (s *Sim) sizesNow() []sizeView {
	all := sizes()
	for i := range all {
		all[i].Regions = slices.DeleteFunc(slices.Clone(all[i].Regions), func(region string) bool { return !s.sells(all[i].Slug, region) })
		all[i].Available = len(all[i].Regions) > 0
	}
	return all
}

// size is findSize for slugs that the world itself holds.
func size(slug string) sizeView {
	z, _ := findSize(slug)
	return z
}

func localDisk(gib int) []diskView {
	return []diskView{{Type: "local", Size: amount{Amount: gib, Unit: "gib"}}}
}

func (s *Sim) listRegions(c *call) (reply, error) { return page(c, "regions", s.regionsNow()), nil }

func (s *Sim) listSizes(c *call) (reply, error) { return page(c, "sizes", s.sizesNow()), nil }

// baseImages are the public images every account sees.
func (s *Sim) baseImages() []*image {
	var open []string
	for _, r := range regionNames {
		if r.available {
			open = append(open, r.slug)
		}
	}
	published := time.Date(2026, time.March, 3, 9, 0, 0, 0, time.UTC)
	var out []*image
	for i, base := range []struct{ slug, name, distribution string }{
		{"ubuntu-24-04-x64", "24.04 (LTS) x64", "Ubuntu"},
		{"ubuntu-22-04-x64", "22.04 (LTS) x64", "Ubuntu"},
		{"debian-12-x64", "12 x64", "Debian"},
		{"fedora-42-x64", "42 x64", "Fedora"},
	} {
		out = append(out, &image{
			id: 160_000_000 + int64(i)*111, name: base.name, kind: imageBase, distribution: base.distribution,
			slug: base.slug, regions: open, created: published, minDisk: 7, gigabytes: 2.36,
			description: base.distribution + " " + base.name,
		})
	}
	return out
}

// imageNamed finds an image by id or slug; nil if there is none.
func (s *Sim) imageNamed(ref numberOrText) *image {
	id := ref.number
	if id == 0 {
		id, _ = strconv.ParseInt(ref.text, 10, 64)
	}
	for _, m := range s.images {
		if !m.gone && (m.id == id || m.slug != "" && m.slug == ref.text) {
			return m
		}
	}
	return nil
}
