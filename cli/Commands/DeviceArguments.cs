using System.CommandLine;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Training;

namespace DaprHep.Cli.Commands;

/// <summary>What computes a training: the options of every command that trains.</summary>
internal sealed class DeviceArguments
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "What computes: cpu, or cuda for a GPU; rank r takes device r.",
        DefaultValueFactory = _ => TrainingRequest.Cpu,
    };

    private readonly Option<bool> _amp = new("--amp")
    {
        Description = "Mixed precision: float16 where that is accurate enough. GPUs only.",
    };

    /// <summary>Adds the options to a command.</summary>
    public DeviceArguments(Command command)
    {
        _device.AcceptOnlyFromAmong(TrainingRequest.Cpu, TrainingRequest.Cuda);
        command.Add(_device);
        command.Add(_amp);
    }

    /// <summary>The device asked for, as requests name it.</summary>
    public string NameOf(ParseResult parsed) => parsed.GetValue(_device)!;

    /// <summary>The device asked for.</summary>
    public TrainingDevice Of(ParseResult parsed) => TrainingDevices.Parse(NameOf(parsed));

    /// <summary>Whether mixed precision is asked for.</summary>
    public bool IsMixedPrecision(ParseResult parsed) => parsed.GetValue(_amp);
}
