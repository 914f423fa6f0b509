package afpacket

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"icmpdump/capture/icmp"
)

// Any is the name that stands for all interfaces.
const Any = "any"

// ErrAny says that any was named beside others.
var ErrAny = errors.New("any is all interfaces already")

// A NoInterfaceError says that there is no interface of that name.
type NoInterfaceError struct {
	Name string
	Have []net.Interface // those that there are
}

func (e *NoInterfaceError) Error() string {
	if e.Name == "" {
		return "an interface without a name"
	}
	return e.Name + ": no such interface"
}

// Resolve finds the interfaces that args name. Each is a name, an interface's index, or
// several of these with commas between. None, or "any" (or 0), is no list: all there are.
func Resolve(args []string) ([]net.Interface, error) {
	have, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("interfaces: %w", err)
	}
	var names []string
	for _, arg := range args {
		if find(have, arg) >= 0 { // a name may have a comma in it
			names = append(names, arg)
		} else {
			names = append(names, strings.Split(arg, ",")...)
		}
	}
	if slices.Contains(names, Any) || slices.Contains(names, "0") {
		if len(names) > 1 {
			return nil, ErrAny
		}
		return nil, nil
	}
	var found []net.Interface
	for _, name := range names {
		i := find(have, name)
		if i < 0 {
			return nil, &NoInterfaceError{Name: name, Have: have}
		}
		if find(found, have[i].Name) < 0 {
			found = append(found, have[i])
		}
	}
	return found, nil
}

// find is the position of the interface with that name or, if none has it, index; or -1.
func find(have []net.Interface, name string) int {
	if i := slices.IndexFunc(have, func(f net.Interface) bool { return f.Name == name }); i >= 0 {
		return i
	}
	index, err := strconv.Atoi(name)
	if err != nil {
		return -1
	}
	return slices.IndexFunc(have, func(f net.Interface) bool { return f.Index == index })
}

// LinkOf is what the frames of an interface begin with.
func LinkOf(name string) (icmp.Link, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return icmp.LinkUnknown, fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, req)
	}
	if err != nil {
		return icmp.LinkUnknown, fmt.Errorf("hardware type of %q: %w", name, err)
	}
	return linkOf(req.Uint16()), nil
}

// linkOf is what frames of a hardware type are handed out as: of all others, without a link header.
func linkOf(hatype uint16) icmp.Link {
	if hatype == hatypeEther || hatype == hatypeLoopback {
		return icmp.LinkEthernet
	}
	return icmp.LinkRaw
}
