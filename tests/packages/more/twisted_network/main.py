"""A protocol and a deferred; the reactor is chosen at run time."""

from twisted.internet import defer, endpoints, protocol, reactor, task
from twisted.plugin import getPlugins
from twisted.protocols.basic import LineReceiver
from twisted.web import resource, server


class Upper(LineReceiver):
    def lineReceived(self, line):
        self.sendLine(line.upper())


class Ask(LineReceiver):
    def connectionMade(self):
        self.sendLine(b"hello")

    def lineReceived(self, line):
        print(line)
        self.transport.loseConnection()
        self.factory.done.callback(None)


@defer.inlineCallbacks
def main(reactor):
    factory = protocol.Factory.forProtocol(Upper)
    port = yield endpoints.serverFromString(reactor, "tcp:0:interface=127.0.0.1").listen(factory)
    ask = protocol.ClientFactory.forProtocol(Ask)
    ask.done = defer.Deferred()
    yield endpoints.clientFromString(reactor, f"tcp:127.0.0.1:{port.getHost().port}").connect(ask)
    yield ask.done
    yield port.stopListening()
    print(type(reactor).__name__, server.Site.__name__, resource.Resource.isLeaf)


from twisted.internet.interfaces import IStreamServerEndpointStringParser

print(any(plugin.prefix == "tcp" or plugin.prefix == "systemd" for plugin in getPlugins(IStreamServerEndpointStringParser)))
task.react(lambda reactor: main(reactor))
