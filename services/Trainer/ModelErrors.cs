using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>Which errors of the learning library are the fault of what was given, so that trying again is of no use.</summary>
internal static class ModelErrors
{
    public static bool AreInput(Exception e) =>
        e is ModelFormatException or UnknownModelException or HyperParameterException or TrainingDataException
            or CheckpointMismatchException or TrainingDeviceException;
}
