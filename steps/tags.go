package steps

import (
	"context"
	"strconv"
	"strings"
)

// TagsOf gives the tags of what goes by the name of a lock, as policies name them: "tag:prod" of "droplet:482913" when it has that tag.
// What is not a droplet, or is not there, has none. With a nil cloud nothing has any.
func TagsOf(cloud Cloud) func(ctx context.Context, name string) ([]string, error) {
	if cloud == nil {
		return nil
	}
	return func(ctx context.Context, name string) ([]string, error) {
		text, is := strings.CutPrefix(name, "droplet:")
		id, bad := strconv.ParseInt(text, 10, 64)
		if !is || bad != nil {
			return nil, nil //nolint:nilerr // it is not the name of a droplet
		}
		d, err := cloud.Droplet(ctx, id)
		if absent(err) {
			return nil, nil
		}
		var tags []string
		for _, t := range d.Tags {
			tags = append(tags, "tag:"+t)
		}
		return tags, err
	}
}
