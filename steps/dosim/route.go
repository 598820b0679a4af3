package dosim

import (
	"net/http"
	"net/url"
	"strings"
)

// route is one endpoint. Every entry of scopes has to be held; "a|b" is held by either.
type route struct {
	method, pattern string
	scopes          []string
	serve           func(*Sim, *call) (reply, error)
}

// routes are the endpoints there are; a fixed segment goes before a named one.
func routes() []route {
	const (
		get    = http.MethodGet
		post   = http.MethodPost
		put    = http.MethodPut
		patch  = http.MethodPatch
		remove = http.MethodDelete
	)
	need := func(scopes ...string) []string { return scopes }
	return []route{
		{get, "/v2/account", need("account:read"), (*Sim).getAccount},
		{get, "/v2/account/keys", need("ssh_key:read"), (*Sim).listKeys},
		{post, "/v2/account/keys", need("ssh_key:create"), (*Sim).createKey},
		{get, "/v2/account/keys/{key}", need("ssh_key:read"), (*Sim).getKey},
		{put, "/v2/account/keys/{key}", need("ssh_key:update"), (*Sim).renameKey},
		{remove, "/v2/account/keys/{key}", need("ssh_key:delete"), (*Sim).deleteKey},
		{get, "/v2/regions", need("regions:read"), (*Sim).listRegions},
		{get, "/v2/sizes", need("sizes:read"), (*Sim).listSizes},

		{get, "/v2/domains", need("domain:read"), (*Sim).listZones},
		{post, "/v2/domains", need("domain:create"), (*Sim).createZone},
		{get, "/v2/domains/{domain}", need("domain:read"), (*Sim).getZone},
		{remove, "/v2/domains/{domain}", need("domain:delete"), (*Sim).deleteZone},
		{get, "/v2/domains/{domain}/records", need("domain:read"), (*Sim).listRecords},
		{post, "/v2/domains/{domain}/records", need("domain:create|domain:update"), (*Sim).createRecord},
		{get, "/v2/domains/{domain}/records/{record}", need("domain:read"), (*Sim).getRecord},
		{put, "/v2/domains/{domain}/records/{record}", need("domain:update"), (*Sim).updateRecord},
		{patch, "/v2/domains/{domain}/records/{record}", need("domain:update"), (*Sim).updateRecord},
		{remove, "/v2/domains/{domain}/records/{record}", need("domain:delete|domain:update"), (*Sim).deleteRecord},

		{get, "/v2/droplets", need("droplet:read"), (*Sim).listDroplets},
		{post, "/v2/droplets", need("droplet:create"), (*Sim).createDroplet},
		{remove, "/v2/droplets", need("droplet:delete", "tag:read"), (*Sim).deleteTaggedDroplets},
		{post, "/v2/droplets/actions", need("droplet:update", "tag:read"), (*Sim).createTaggedActions},
		{get, "/v2/droplets/{droplet}", need("droplet:read"), (*Sim).getDroplet},
		{remove, "/v2/droplets/{droplet}", need("droplet:delete"), (*Sim).deleteDroplet},
		{get, "/v2/droplets/{droplet}/snapshots", need("droplet:read"), (*Sim).listDropletSnapshots},
		{get, "/v2/droplets/{droplet}/backups", need("droplet:read"), (*Sim).listDropletBackups},
		{get, "/v2/droplets/{droplet}/kernels", need("droplet:read"), emptyList("kernels")},
		{get, "/v2/droplets/{droplet}/neighbors", need("droplet:read"), (*Sim).listNeighbors},
		{get, "/v2/droplets/{droplet}/firewalls", need("droplet:read"), (*Sim).listDropletFirewalls},
		{get, "/v2/droplets/{droplet}/actions", need("droplet:read"), (*Sim).listDropletActions},
		{post, "/v2/droplets/{droplet}/actions", need("droplet:update"), (*Sim).createDropletAction},
		{get, "/v2/droplets/{droplet}/actions/{action}", need("droplet:read"), (*Sim).getDropletAction},

		{get, "/v2/actions", need("actions:read"), (*Sim).listActions},
		{get, "/v2/actions/{action}", need("actions:read"), (*Sim).getAction},

		{get, "/v2/snapshots", need("snapshot:read"), (*Sim).listSnapshots},
		{get, "/v2/snapshots/{snapshot}", need("snapshot:read"), (*Sim).getSnapshot},
		{remove, "/v2/snapshots/{snapshot}", need("image:delete", "snapshot:delete"), (*Sim).deleteSnapshot},
		{get, "/v2/images", need("image:read"), (*Sim).listImages},
		{post, "/v2/images", need("image:create"), (*Sim).createImage},
		{get, "/v2/images/{image}", need("image:read"), (*Sim).getImage},
		{put, "/v2/images/{image}", need("image:update"), (*Sim).updateImage},
		{get, "/v2/images/{image}/actions", need("image:read"), (*Sim).listImageActions},
		{post, "/v2/images/{image}/actions", need("image:create"), (*Sim).createImageAction},
		{get, "/v2/images/{image}/actions/{action}", need("image:read"), (*Sim).getImageAction},
		{remove, "/v2/images/{image}", need("image:delete"), (*Sim).deleteImage},

		{get, "/v2/tags", need("tag:read"), (*Sim).listTags},
		{post, "/v2/tags", need("tag:create"), (*Sim).createTag},
		{get, "/v2/tags/{tag}", need("tag:read"), (*Sim).getTag},
		{remove, "/v2/tags/{tag}", need("tag:delete"), (*Sim).deleteTag},
		{post, "/v2/tags/{tag}/resources", need("tag:create"), (*Sim).attachTag},
		{remove, "/v2/tags/{tag}/resources", need("tag:delete"), (*Sim).detachTag},

		{get, "/v2/reserved_ips", need("reserved_ip:read"), (*Sim).listReservedIPs},
		{post, "/v2/reserved_ips", need("reserved_ip:create"), (*Sim).createReservedIP},
		{get, "/v2/reserved_ips/{ip}", need("reserved_ip:read"), (*Sim).getReservedIP},
		{remove, "/v2/reserved_ips/{ip}", need("reserved_ip:delete"), (*Sim).deleteReservedIP},
		{get, "/v2/reserved_ips/{ip}/actions", need("reserved_ip:read"), (*Sim).listReservedIPActions},
		{post, "/v2/reserved_ips/{ip}/actions", need("reserved_ip:update"), (*Sim).createReservedIPAction},
		{get, "/v2/reserved_ips/{ip}/actions/{action}", need("reserved_ip:read"), (*Sim).getReservedIPAction},

		{get, "/v2/floating_ips", need("reserved_ip:read"), (*Sim).listReservedIPs},
		{post, "/v2/floating_ips", need("reserved_ip:create"), (*Sim).createReservedIP},
		{get, "/v2/floating_ips/{ip}", need("reserved_ip:read"), (*Sim).getReservedIP},
		{remove, "/v2/floating_ips/{ip}", need("reserved_ip:delete"), (*Sim).deleteReservedIP},
		{get, "/v2/floating_ips/{ip}/actions", need("reserved_ip:read"), (*Sim).listReservedIPActions},
		{post, "/v2/floating_ips/{ip}/actions", need("reserved_ip:update"), (*Sim).createReservedIPAction},
		{get, "/v2/floating_ips/{ip}/actions/{action}", need("reserved_ip:read"), (*Sim).getReservedIPAction},
		{get, "/v2/reserved_ipv6", need("reserved_ip:read"), (*Sim).listReservedIPv6},
		{get, "/v2/vpcs", need("vpc:read"), (*Sim).listVPCs},

		{get, "/v2/firewalls", need("firewall:read"), (*Sim).listFirewalls},
		{post, "/v2/firewalls", need("firewall:create"), (*Sim).createFirewall},
		{get, "/v2/firewalls/{firewall}", need("firewall:read"), (*Sim).getFirewall},
		{put, "/v2/firewalls/{firewall}", need("firewall:update"), (*Sim).replaceFirewall},
		{remove, "/v2/firewalls/{firewall}", need("firewall:delete"), (*Sim).deleteFirewall},
		{post, "/v2/firewalls/{firewall}/droplets", need("firewall:update"), changeFirewallDroplets},
		{remove, "/v2/firewalls/{firewall}/droplets", need("firewall:update"), changeFirewallDroplets},
		{post, "/v2/firewalls/{firewall}/tags", need("firewall:update"), changeFirewallTags},
		{remove, "/v2/firewalls/{firewall}/tags", need("firewall:update"), changeFirewallTags},
		{post, "/v2/firewalls/{firewall}/rules", need("firewall:update"), changeFirewallRules},
		{remove, "/v2/firewalls/{firewall}/rules", need("firewall:update"), changeFirewallRules},

		{get, "/v2/volumes", need("block_storage:read"), (*Sim).listVolumes},
		{post, "/v2/volumes", need("block_storage:create"), (*Sim).createVolume},
		{remove, "/v2/volumes", need("block_storage:delete"), (*Sim).deleteVolumeByName},
		{post, "/v2/volumes/actions", need("block_storage_action:create"), (*Sim).createNamedVolumeAction},
		{get, "/v2/volumes/snapshots/{snapshot}", need("block_storage_snapshot:read"), (*Sim).getVolumeSnapshot},
		{remove, "/v2/volumes/snapshots/{snapshot}", need("block_storage_snapshot:delete"), (*Sim).deleteVolumeSnapshot},
		{get, "/v2/volumes/{volume}", need("block_storage:read"), (*Sim).getVolume},
		{remove, "/v2/volumes/{volume}", need("block_storage:delete"), (*Sim).deleteVolume},
		{get, "/v2/volumes/{volume}/actions", need("block_storage_action:read"), (*Sim).listVolumeActions},
		{post, "/v2/volumes/{volume}/actions", need("block_storage_action:create"), (*Sim).createVolumeAction},
		{get, "/v2/volumes/{volume}/actions/{action}", need("block_storage_action:read"), (*Sim).getVolumeAction},
		{get, "/v2/volumes/{volume}/snapshots", need("block_storage_snapshot:read"), (*Sim).listVolumeSnapshots},
		{post, "/v2/volumes/{volume}/snapshots", need("block_storage_snapshot:create"), (*Sim).createVolumeSnapshot},

		{get, "/v2/projects", need("project:read"), (*Sim).listProjects},
		{post, "/v2/projects", need("project:create"), (*Sim).createProject},
		{get, "/v2/projects/{project}", need("project:read"), (*Sim).getProject}, // {project} may be "default"
		{put, "/v2/projects/{project}", need("project:update"), (*Sim).updateProject},
		{patch, "/v2/projects/{project}", need("project:update"), (*Sim).updateProject},
		{remove, "/v2/projects/{project}", need("project:delete"), (*Sim).deleteProject},
		{get, "/v2/projects/{project}/resources", need("project:read"), (*Sim).listProjectResources},
		{post, "/v2/projects/{project}/resources", need("project:update"), (*Sim).assignResources},
	}
}

// findRoute gives the endpoint for an escaped path, and the values of its named segments;
// nil if there is none.
func (s *Sim) findRoute(method, path string) (*route, map[string]string) {
	for i, r := range s.routes {
		if r.method != method {
			continue
		}
		if args, fits := fit(r.pattern, path); fits {
			return &s.routes[i], args
		}
	}
	return nil, nil
}

// fit matches a path with a pattern such as /v2/domains/{domain}, segment by segment.
func fit(pattern, path string) (map[string]string, bool) {
	if strings.Count(pattern, "/") != strings.Count(path, "/") {
		return nil, false
	}
	wants, has := strings.Split(pattern, "/"), strings.Split(path, "/")
	args := map[string]string{}
	for i, want := range wants {
		name, named := strings.CutPrefix(want, "{")
		if !named {
			if want != has[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(has[i])
		if err != nil || value == "" {
			return nil, false
		}
		args[strings.TrimSuffix(name, "}")] = value
	}
	return args, true
}
