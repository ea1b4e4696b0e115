// Calls epoll or kqueue, which take pointers: each points into an array or a local variable for the length of one call.
import LapwingSystem

#if os(Linux)
    import CEpoll
#endif

/// What happened to a socket since it was last reported.
struct SocketEvent: Sendable {
    /// What the socket was added under; ``EventQueue/wakeToken`` for a call of `wake`, ``EventQueue/alarmToken`` for the alarm.
    let token: UInt64
    let isReadable: Bool
    let isWritable: Bool
    /// The other side has closed its direction, or the connection has failed.
    let isHangUp: Bool
}

/// The system's queue of socket events: epoll, or kqueue on macOS.
///
/// Connections are added once, for changes in both directions (edge-triggered), so that a request costs no call here
/// but the one wait. The descriptors live as long as the object.
final class EventQueue: Sendable {
    static let wakeToken: UInt64 = 0
    static let alarmToken: UInt64 = 1
    /// Others are for sockets.
    static let firstSocketToken: UInt64 = 2
    /// Few, so that the threads that wait share what happens instead of one taking it all.
    private static let capacity = 1

    private let queue: Int32

    #if canImport(Darwin)
        init() throws(SocketError) {
            queue = kqueue()
            guard queue >= 0 else { throw SocketError(operation: "kqueue", code: errno, reason: Socket.reason(errno)) }
            change(0, Int16(EVFILT_USER), UInt16(EV_ADD | EV_CLEAR), token: Self.wakeToken)
        }

        deinit { Socket.close(queue) }

        private func change(
            _ identifier: UInt, _ filter: Int16, _ flags: UInt16, _ detail: UInt32 = 0, data: Int = 0, token: UInt64
        ) {
            var event = kevent(
                ident: identifier, filter: filter, flags: flags, fflags: detail, data: data,
                udata: UnsafeMutableRawPointer(bitPattern: UInt(token)))
            _ = kevent(queue, &event, 1, nil, 0, nil)
        }

        func addConnection(_ descriptor: Int32, token: UInt64) {
            change(UInt(descriptor), Int16(EVFILT_READ), UInt16(EV_ADD | EV_CLEAR), token: token)
            change(UInt(descriptor), Int16(EVFILT_WRITE), UInt16(EV_ADD | EV_CLEAR), token: token)
        }

        func addListener(_ descriptor: Int32, token: UInt64) {
            change(UInt(descriptor), Int16(EVFILT_READ), UInt16(EV_ADD), token: token)
        }

        func removeListener(_ descriptor: Int32) {
            change(UInt(descriptor), Int16(EVFILT_READ), UInt16(EV_DELETE), token: 0)
        }

        func wake() { change(0, Int16(EVFILT_USER), 0, UInt32(NOTE_TRIGGER), token: Self.wakeToken) }

        func setAlarm(after wait: Duration?) {
            guard let wait else { return change(0, Int16(EVFILT_TIMER), UInt16(EV_DELETE), token: Self.alarmToken) }
            change(
                0, Int16(EVFILT_TIMER), UInt16(EV_ADD | EV_ONESHOT), UInt32(NOTE_NSECONDS), data: Int(Self.nanoseconds(wait)),
                token: Self.alarmToken)
        }

        func wait(_ events: inout [SocketEvent]) {
            var list = [kevent](repeating: kevent(), count: Self.capacity)
            let count = kevent(queue, nil, 0, &list, Int32(list.count), nil)
            events.removeAll(keepingCapacity: true)
            for event in list.prefix(max(0, Int(count))) {
                events.append(
                    SocketEvent(
                        token: UInt64(UInt(bitPattern: event.udata)), isReadable: event.filter == Int16(EVFILT_READ),
                        isWritable: event.filter == Int16(EVFILT_WRITE), isHangUp: event.flags & UInt16(EV_EOF) != 0))
            }
        }
    #else
        private let wakeDescriptor: Int32
        private let alarmDescriptor: Int32

        init() throws(SocketError) {
            queue = epoll_create1(Int32(EPOLL_CLOEXEC))
            wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
            alarmDescriptor = timerfd_create(CLOCK_BOOTTIME, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
            guard queue >= 0, wakeDescriptor >= 0, alarmDescriptor >= 0 else {
                throw SocketError(operation: "epoll_create", code: errno, reason: Socket.reason(errno))
            }
            control(EPOLL_CTL_ADD, wakeDescriptor, Self.input, Self.wakeToken)
            // On change, so that one thread is woken, which need not read it.
            control(EPOLL_CTL_ADD, alarmDescriptor, Self.input | Self.onChange, Self.alarmToken)
        }

        deinit {
            for descriptor in [queue, wakeDescriptor, alarmDescriptor] where descriptor >= 0 { Socket.close(descriptor) }
        }

        private static let input = EPOLLIN.rawValue
        private static let output = EPOLLOUT.rawValue
        private static let hangUp = EPOLLRDHUP.rawValue
        private static let failure = EPOLLERR.rawValue | EPOLLHUP.rawValue
        private static let onChange = UInt32(1) << 31

        private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ token: UInt64) {
            var event = epoll_event()
            event.events = events
            event.data.u64 = token
            _ = epoll_ctl(queue, operation, descriptor, &event)
        }

        /// Reports every change of the connection; closing its descriptor removes it.
        func addConnection(_ descriptor: Int32, token: UInt64) {
            control(EPOLL_CTL_ADD, descriptor, Self.input | Self.output | Self.hangUp | Self.onChange, token)
        }

        /// Reports for as long as there are connections to accept.
        func addListener(_ descriptor: Int32, token: UInt64) { control(EPOLL_CTL_ADD, descriptor, Self.input, token) }

        func removeListener(_ descriptor: Int32) { control(EPOLL_CTL_DEL, descriptor, 0, 0) }

        /// Ends a wait, from any thread.
        func wake() {
            var one: UInt64 = 1
            _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
        }

        /// Ends the wait of one thread after a time, once; nil: of none. What was set before holds no more.
        func setAlarm(after wait: Duration?) {
            var time = itimerspec()
            if let wait {
                let nanoseconds = Self.nanoseconds(wait)
                time.it_value = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            }
            _ = timerfd_settime(alarmDescriptor, 0, &time, nil)
        }

        /// Waits for events, for as long as it takes.
        func wait(_ events: inout [SocketEvent]) {
            events.removeAll(keepingCapacity: true)
            withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.capacity) { list in
                let count = epoll_wait(queue, list.baseAddress, Int32(list.count), -1)
                for index in 0..<max(0, Int(count)) {
                    let event = list[index]
                    if event.data.u64 == Self.wakeToken {
                        var value: UInt64 = 0
                        _ = read(wakeDescriptor, &value, MemoryLayout<UInt64>.size)
                    }
                    events.append(
                        SocketEvent(
                            token: event.data.u64, isReadable: event.events & Self.input != 0,
                            isWritable: event.events & Self.output != 0,
                            isHangUp: event.events & (Self.hangUp | Self.failure) != 0))
                }
            }
        }
    #endif
    /// At least one, since none means no alarm; at most a year.
    private static func nanoseconds(_ wait: Duration) -> Int64 {
        let components = min(wait, .seconds(31_536_000)).components
        return max(1, components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
