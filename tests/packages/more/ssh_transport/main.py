"""A client and a server of one process."""

import socket
import threading

import paramiko

key = paramiko.ECDSAKey.generate()
# A server that answers before it has said that it will is refused.
accepted = threading.Event()


class Server(paramiko.ServerInterface):
    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

    def check_auth_password(self, user, password):
        return paramiko.AUTH_SUCCESSFUL if password == "word" else paramiko.AUTH_FAILED

    def check_channel_exec_request(self, channel, command):
        def answer():
            accepted.wait()
            channel.sendall(command.upper())
            channel.send_exit_status(3)
            channel.close()

        threading.Thread(target=answer).start()
        return True


left, right = socket.socketpair()
transport = paramiko.Transport(right)
transport.add_server_key(key)
started = threading.Event()
transport.start_server(started, Server())
client = paramiko.Transport(left)
client.connect(username="ann", password="word")
channel = client.open_session()
channel.exec_command("hello")
accepted.set()
print(channel.makefile().read(), channel.recv_exit_status(), client.is_authenticated())
client.close()
transport.close()
