"""The same networks in PyTorch, with weights from a folder that has a file (float32) for each tensor under its name."""
import os

import numpy
import torch

torch.set_num_threads(1)
torch.set_grad_enabled(False)


class Hlf(torch.nn.Module):
    reads_particles = False

    def __init__(self):
        super().__init__()
        self.dense1, self.dense2, self.dense3 = torch.nn.Linear(14, 50), torch.nn.Linear(50, 20), torch.nn.Linear(20, 10)
        self.output = torch.nn.Linear(10, 3)

    def forward(self, hlf, sequences):
        values = torch.relu(self.dense3(torch.relu(self.dense2(torch.relu(self.dense1(hlf / 100))))))
        return torch.softmax(self.output(values), 1)


class Inclusive(torch.nn.Module):
    reads_particles = True

    def __init__(self):
        super().__init__()
        self.gru = torch.nn.GRU(19, 50, batch_first=True)
        self.dense, self.output = torch.nn.Linear(64, 25), torch.nn.Linear(25, 3)

    def forward(self, hlf, sequences):
        _, last = self.gru(sequences)
        return torch.softmax(self.output(torch.relu(self.dense(torch.cat([last[0], hlf / 100], 1)))), 1)


def load(folder, kind):
    """The model of a kind: hlf or inclusive."""
    model = {"hlf": Hlf, "inclusive": Inclusive}[kind]().eval()
    for name, parameter in model.named_parameters():
        values = numpy.fromfile(os.path.join(folder, name), numpy.float32)
        parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))
    return model


def prepare(rows):
    """Particles of one event by decreasing distance to the lepton, each column standardised over the event."""
    rows = numpy.asarray(rows, numpy.float64)
    phi = (rows[0, 6] - rows[:, 6] + numpy.pi) % (2 * numpy.pi) - numpy.pi
    order = numpy.argsort(-numpy.hypot(rows[0, 5] - rows[:, 5], phi), kind="stable")
    deviation = rows.std(0)
    scale = numpy.divide(1, deviation, out=numpy.zeros_like(deviation), where=deviation > 0)
    return torch.from_numpy(((rows[order] - rows.mean(0)) * scale).astype(numpy.float32))
