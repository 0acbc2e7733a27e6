"""Keras on TensorFlow's CPU kernels: the articles' own programs."""
from peers.peer import PROGRAMS, Peer, is_network, python_environment, words

PEER = Peer("keras", "Keras, TensorFlow CPU, 2 threads", ("lavapipe", "default"), is_network,
            lambda folder: python_environment(folder, "tensorflow-cpu"),
            lambda case, seconds, noise, folder: [folder / "venv" / "bin" / "python", PROGRAMS / "keras_tensorflow.py",
                                                  *words(case, seconds, noise)],
            {"OMP_NUM_THREADS": "2", "CUDA_VISIBLE_DEVICES": "-1"})
