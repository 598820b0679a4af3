package cli

import (
	"errors"
	"fmt"
	"os"
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

// HostKeyFile is where serve keeps the key by which clients know it: beside the store's default place.
func HostKeyFile(env func(string) string) (string, error) {
	dir, err := folder(env, "XDG_DATA_HOME", ".local/share")
	if err != nil {
		return "", fmt.Errorf("%w, or name a file with --host-key", err)
	}
	return filepath.Join(dir, "host_key"), nil
}

// OpenLog opens the log, $XDG_STATE_HOME/arcadia/arcadia.log, for appending and for its owner's eyes only.
func OpenLog(env func(string) string) (*os.File, error) {
	dir, err := folder(env, "XDG_STATE_HOME", ".local/state")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the log: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "arcadia.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("make the log private: %w", err), f.Close())
	}
	return f, nil
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
