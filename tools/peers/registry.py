"""All peers by name. A new one is a module here and a line in this list."""
from peers import burn, keras, meganeura, ncnn, pytorch, tfjs

PEERS = {peer.name: peer for peer in (pytorch.PEER, keras.PEER, burn.PEER, meganeura.PEER, tfjs.PEER, ncnn.PEER)}
