// Package lab is a network of namespaces for tests: hosts that have a kernel's own network
// stack, links between them, and real programs that send real packets.
//
// The tests of a package that uses it run in network and mount namespaces of their own, into
// which Run starts the test binary a second time. All that is made there is gone when it
// ends, and nothing of the machine's own network is touched. Without root it is a user
// namespace as well, where the kernel allows that.
package lab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/vishvananda/netns"
)

// inside is set in the environment of the second start, to how it came about: as root, or as
// the only user of a user namespace, or else why not.
const (
	inside = "ICMPDUMP_LAB"
	asRoot = "as root"
	asUser = "in a user namespace"
)

// NoSkip in the environment makes a test fail that would have to be skipped.
const NoSkip = "ICMPDUMP_NO_SKIP"

// Run runs m's tests in namespaces of their own, and returns the exit code. Where there can
// be none the tests run all the same, and those that ask for a host are skipped.
func Run(m *testing.M) int {
	if os.Getenv(inside) != "" {
		if err := setUp(); err != nil {
			fmt.Fprintln(os.Stderr, "lab:", err)
			os.Setenv(inside, "refused: "+err.Error())
		}
		return m.Run()
	}
	code, err := again()
	if err != nil { // it did not even start
		os.Setenv(inside, "refused: "+err.Error())
		return m.Run()
	}
	return code
}

// again starts this program once more, in new namespaces.
func again() (int, error) {
	how := asRoot
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	attr := &syscall.SysProcAttr{
		Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
		Pdeathsig:    syscall.SIGKILL,
	}
	if os.Getuid() != 0 {
		how = asUser
		attr.Unshareflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	cmd.SysProcAttr = attr
	cmd.Env = append(os.Environ(), inside+"="+how)
	runtime.LockOSThread() // the death of this thread would be the child's
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// setUp gives the new mount namespace a place for named network namespaces, and the network
// namespace a loopback interface that is up.
func setUp() error {
	if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := syscall.Mount("lab", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount on /run: %w", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	return nil
}

// Skip skips the test, saying why; where nothing may be skipped the test fails instead.
func Skip(t testing.TB, format string, a ...any) {
	t.Helper()
	if os.Getenv(NoSkip) != "" {
		t.Fatalf("not to be skipped: "+format, a...)
	}
	t.Skipf(format, a...)
}

// Need skips the test if it is not in a lab, or one of the tools is not installed.
func Need(t testing.TB, tools ...string) {
	t.Helper()
	if how := os.Getenv(inside); how != asRoot && how != asUser {
		Skip(t, "no namespaces: %s", how)
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			Skip(t, "%s is not installed", tool)
		}
	}
}

// NeedRoot skips the test if it is not in a lab that root has made, for that reason.
func NeedRoot(t testing.TB, why string) {
	t.Helper()
	Need(t)
	if os.Getenv(inside) != asRoot {
		Skip(t, "not root: %s", why)
	}
}

// NeedTcpdump skips the test if tcpdump can't be run.
func NeedTcpdump(t testing.TB) {
	t.Helper()
	Need(t, "tcpdump")
	NeedRoot(t, "tcpdump wants to become another user, and fails in a user namespace")
}

// NeedTshark skips the test if tshark is not installed.
func NeedTshark(t testing.TB) {
	t.Helper()
	Need(t, "tshark")
}

// A Host is a network namespace with a loopback interface.
type Host struct {
	t    testing.TB
	name string
}

// NewHost makes a host, which is gone when the test ends. Its name is for the test only.
func NewHost(t testing.TB, name string) *Host {
	t.Helper()
	Need(t, "ip")
	h := &Host{t, name}
	Output(t, exec.Command("ip", "netns", "add", name))
	t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() })
	h.IP("link", "set", "lo", "up")
	return h
}

// Output runs cmd and returns what it printed. The test ends if it fails.
func Output(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out)
}

// Command is a program to be run on the host.
func (h *Host) Command(name string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", h.name, name}, args...)...)
}

// Run runs a program on the host and returns what it printed. The test ends if it fails.
func (h *Host) Run(name string, args ...string) string {
	h.t.Helper()
	return Output(h.t, h.Command(name, args...))
}

// IP runs ip(8) on the host.
func (h *Host) IP(args ...string) {
	h.t.Helper()
	Output(h.t, exec.Command("ip", append([]string{"-n", h.name}, args...)...))
}

// Addr gives an interface an address, with its prefix length.
func (h *Host) Addr(iface, addr string) {
	h.t.Helper()
	args := []string{"addr", "add", addr, "dev", iface}
	if strings.Contains(addr, ":") {
		args = append(args, "nodad") // it may be used at once
	}
	h.IP(args...)
}

// Sysctl sets kernel parameters of the host.
func (h *Host) Sysctl(settings ...string) {
	h.t.Helper()
	Output(h.t, h.Command("sysctl", append([]string{"-qw"}, settings...)...))
}

// Do calls f on a thread that is on the host: sockets that it opens are there, and stay there.
func (h *Host) Do(f func()) {
	h.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		h.t.Fatal(err)
	}
	defer home.Close()
	there, err := netns.GetFromName(h.name)
	if err != nil {
		h.t.Fatal(err)
	}
	defer there.Close()
	if err := netns.Set(there); err != nil {
		h.t.Fatal(err)
	}
	defer func() {
		if err := netns.Set(home); err != nil {
			panic(err) // no other test may have this thread
		}
	}()
	f()
}

// Iface is an interface of the host.
func (h *Host) Iface(name string) *net.Interface {
	h.t.Helper()
	var ifi *net.Interface
	h.Do(func() {
		var err error
		if ifi, err = net.InterfaceByName(name); err != nil {
			h.t.Fatal(err)
		}
	})
	return ifi
}

// Link joins two hosts by a veth pair, whose ends are up and have no address, not even one
// of their own making.
func Link(a *Host, ifa string, b *Host, ifb string) {
	a.t.Helper()
	Output(a.t, exec.Command("ip", "link", "add", ifa, "netns", a.name, "type", "veth", "peer", "name", ifb, "netns", b.name))
	for _, end := range []struct {
		h     *Host
		iface string
	}{{a, ifa}, {b, ifb}} {
		end.h.IP("link", "set", end.iface, "addrgenmode", "none")
		end.h.IP("link", "set", end.iface, "up")
	}
}

// Pair is two hosts with a link: 10.0.0.1 and fd00::1 on the first's interface va, 10.0.0.2
// and fd00::2 on the second's interface vb.
func Pair(t testing.TB) (a, b *Host) {
	t.Helper()
	a, b = NewHost(t, "a"), NewHost(t, "b")
	Link(a, "va", b, "vb")
	for addr, host := range map[string]*Host{"1": a, "2": b} {
		iface := "v" + host.name
		host.Addr(iface, "10.0.0."+addr+"/24")
		host.Addr(iface, "fd00::"+addr+"/64")
	}
	return a, b
}

// Routed is two hosts with a router between them, who know the way to each other: 10.1.0.1 and
// fd01::1 on a's interface va, 10.2.0.1 and fd02::1 on b's interface vb. The router has .9 and
// ::9 on its interfaces ra and rb, and sends as many errors as there is cause for.
func Routed(t testing.TB) (a, r, b *Host) {
	t.Helper()
	a, r, b = NewHost(t, "a"), NewHost(t, "r"), NewHost(t, "b")
	for net, h := range map[string]*Host{"1": a, "2": b} {
		iface, router := "v"+h.name, "r"+h.name
		Link(h, iface, r, router)
		h.Addr(iface, "10."+net+".0.1/24")
		h.Addr(iface, "fd0"+net+"::1/64")
		r.Addr(router, "10."+net+".0.9/24")
		r.Addr(router, "fd0"+net+"::9/64")
		r.Addr(router, "fe80::9/64") // from where a router asks for its neighbors
		h.IP("route", "add", "default", "via", "10."+net+".0.9")
		h.IP("-6", "route", "add", "default", "via", "fd0"+net+"::9")
	}
	r.Sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
	return a, r, b
}

// Bridged is n hosts on one bridge, who have 10.0.0.1 and fd00::1 on v1, 10.0.0.2 and fd00::2 on
// v2, and so on. The bridge has br0, without an address, and the ports p1, p2 and so on.
func Bridged(t testing.TB, n int) (hosts []*Host, bridge *Host) {
	t.Helper()
	bridge = NewHost(t, "bridge")
	bridge.IP("link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
	bridge.IP("link", "set", "br0", "addrgenmode", "none")
	bridge.IP("link", "set", "br0", "up")
	for i := range n {
		end := strconv.Itoa(i + 1)
		h := NewHost(t, "h"+end)
		Link(h, "v"+end, bridge, "p"+end)
		bridge.IP("link", "set", "p"+end, "master", "br0")
		h.Addr("v"+end, "10.0.0."+end+"/24")
		h.Addr("v"+end, "fd00::"+end+"/64")
		hosts = append(hosts, h)
	}
	return hosts, bridge
}
