package steps

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// ownTag matches the tags that sagas give to find what they have made.
var ownTag = regexp.MustCompile(`^arcadia-[0-9a-f]{8}-[0-9]+$`)

// untag deletes a saga's own tag once no droplet has it, so that not even a name is left. One that may not be deleted stays, and the
// log says so.
func untag(ctx context.Context, cloud Fleet, s *engine.State, tag string) error {
	all, err := cloud.DropletsTagged(ctx, tag)
	if err == nil && len(all) > 0 {
		return nil
	}
	if err == nil {
		err = cloud.DeleteTag(ctx, tag)
	}
	switch {
	case err == nil, absent(err):
		return nil
	case ClassOf(err) == Retryable, ClassOf(err) == Unknown:
		return verdict(ctx, err)
	}
	return s.Log(ctx, "tag "+tag+" stays: "+visible.Short(err.Error(), 200))
}

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
