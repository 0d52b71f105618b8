// One request of rtnetlink(7), and its answer.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace snug::network {

// A header, a body, attributes.
class NetlinkRequest {
 public:
  template<class Body>
  NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Body& body) {
    header_.nlmsg_type = type;
    header_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&body, sizeof body);
  }
  void attribute(std::uint16_t type, const void* data, std::size_t size) {
    const rtattr head{.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size)), .rta_type = type};
    append(&head, sizeof head);
    append(data, size);
  }
  void attribute(std::uint16_t type, std::uint32_t value) { attribute(type, &value, sizeof value); }

  // What follows until the matching end_nested() is inside this attribute.
  std::size_t begin_nested(std::uint16_t type) {
    const std::size_t at = size_;
    attribute(type, nullptr, 0);
    return at;
  }
  void end_nested(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(size_ - at);
    std::memcpy(bytes_ + NLMSG_HDRLEN + at, &length, sizeof length);
  }
  // A body in the middle, of VETH_INFO_PEER.
  template<class Body>
  void body(const Body& body) {
    append(&body, sizeof body);
  }

  // Sends it, and waits for the answer: 0, or the errno in it.
  int send_by(int fd) {
    header_.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + size_);
    std::memcpy(bytes_, &header_, sizeof header_);
    if (send(fd, bytes_, header_.nlmsg_len, 0) < 0)
      return errno;
    alignas(nlmsghdr) char answer[1024];
    const ssize_t n = recv(fd, answer, sizeof answer, 0);
    if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
      return n < 0 ? errno : EBADMSG;
    nlmsgerr said{};
    std::memcpy(&said, answer + NLMSG_HDRLEN, sizeof said);
    return -said.error;
  }

 private:
  void append(const void* data, std::size_t size) {
    if (size > 0)
      std::memcpy(bytes_ + NLMSG_HDRLEN + size_, data, size);
    size_ += NLMSG_ALIGN(size);
  }

  nlmsghdr header_{};
  std::size_t size_{};
  alignas(nlmsghdr) char bytes_[512]{};
};

}  // namespace snug::network
