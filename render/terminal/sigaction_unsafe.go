package terminal

import (
	"syscall"
	"unsafe"
)

// stopByDefault has SIGTSTP do what it does to who does not catch it, until the function that it returns is called:
// package signal cannot, it ignores what nobody is notified of. Only the kernel knows how to stop a job so that its shell
// says the right word, and not to stop one that has no shell.
func stopByDefault() (undo func()) {
	var byDefault, was [32]byte // struct sigaction is no larger anywhere; of zeros it is SIG_DFL
	change(&byDefault, &was)
	return func() { change(&was, &byDefault) }
}

func change(to, from *[32]byte) {
	const mask = 8 // bytes of a set of signals
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGTSTP), uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(from)), mask, 0, 0)
}
