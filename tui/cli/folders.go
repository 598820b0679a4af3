package cli

import (
	"fmt"
	"path/filepath"
)

// DataFile is the operator's own store: $XDG_DATA_HOME/arcadia/arcadia.db.
func DataFile(env func(string) string) (string, error) {
	dir, err := folder(env, "XDG_DATA_HOME", ".local/share")
	if err != nil {
		return "", fmt.Errorf("%w, or name a file with --db", err)
	}
	return filepath.Join(dir, "arcadia.db"), nil
}

// SettingsFile is the operator's own settings: $XDG_CONFIG_HOME/arcadia/config.yaml.
func SettingsFile(env func(string) string) (string, error) {
	dir, err := folder(env, "XDG_CONFIG_HOME", ".config")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "config.yaml"), nil
}

// PolicyFile is what holds for every launch, beside the settings: $XDG_CONFIG_HOME/arcadia/policy.yaml.
func PolicyFile(env func(string) string) (string, error) {
	file, err := SettingsFile(env)
	return filepath.Join(filepath.Dir(file), "policy.yaml"), err
}

// HooksFolder is where the commands stand that deliver, beside the settings: $XDG_CONFIG_HOME/arcadia/hooks; empty for nowhere.
func HooksFolder(env func(string) string) string {
	file, err := SettingsFile(env)
	if err != nil {
		return ""
	}
	return filepath.Join(filepath.Dir(file), "hooks")
}

// ArchiveFolder is where sagas go that a shared store has no room for, beside the operator's own store.
func ArchiveFolder(env func(string) string) (string, error) {
	file, err := DataFile(env)
	return filepath.Join(filepath.Dir(file), "archive"), err
}

// HostKeyFile is where serve keeps the key by which clients know it: beside the store's default place.
func HostKeyFile(env func(string) string) (string, error) {
	dir, err := folder(env, "XDG_DATA_HOME", ".local/share")
	if err != nil {
		return "", fmt.Errorf("%w, or name a file with --host-key", err)
	}
	return filepath.Join(dir, "host_key"), nil
}

// LogFile is the operator's own log: $XDG_STATE_HOME/arcadia/arcadia.log.
func LogFile(env func(string) string) (string, error) {
	dir, err := folder(env, "XDG_STATE_HOME", ".local/state")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "arcadia.log"), nil
}

// folder is the operator's own folder of one sort.
func folder(env func(string) string, variable, below string) (string, error) {
	if dir := env(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "arcadia"), nil
	}
	home := env("HOME")
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("no folder for arcadia: set %s or HOME", variable)
	}
	return filepath.Join(home, below, "arcadia"), nil
}
