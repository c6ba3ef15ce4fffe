using System.CommandLine;
using System.CommandLine.Parsing;
using DaprHep.Cli.Gateway;
using DaprHep.Cli.Stack;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;
using DaprHep.Root;

namespace DaprHep.Cli;

/// <summary>Turns whatever a command throws into one line for a person and an exit code for a script.</summary>
internal static class Failure
{
    /// <summary>Runs a command's work.</summary>
    /// <param name="work">What the command does.</param>
    /// <param name="interrupted">What to say when it is interrupted.</param>
    public static async Task<int> Guard(Func<Task> work, string interrupted = "interrupted")
    {
        // Ctrl-C is listened to when the action has returned to its caller; before that, nothing must be there to clean up.
        await Task.Yield();
        try
        {
            await work();
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            return Say(interrupted, ExitCode.Interrupted);
        }
        catch (UsageException e)
        {
            return Say(e.Message, ExitCode.Usage);
        }
        catch (Exception e)
        {
            return Say(MessageOf(e), IsBadInput(e) ? ExitCode.BadInput : ExitCode.FailedRun);
        }
    }

    /// <summary>Whether it is the input's fault, not the run's.</summary>
    public static bool IsBadInput(Exception e) => e is BadInputException or RootException or ObjectStoreException and not StoreFullException or EventDataException
        or UnknownModelException or TrainingDeviceException or TrainingDataException or HyperParameterException or SearchSpaceException
        or StudyFormatException or ModelFormatException or ModelDigestException;

    /// <summary>Says what is wrong with the command line, and where its help is.</summary>
    public static int Usage(ParseResult parsed)
    {
        string problem = parsed.UnmatchedTokens.Count > 0
            ? $"'{parsed.UnmatchedTokens[0]}' is not understood"
            : parsed.Errors[0].Message.TrimEnd('.');
        return Say($"{problem}; see ./{NameOf(parsed)} --help", ExitCode.Usage);
    }

    /// <summary>The command as it is written, for instance <c>daprhep root ls</c>.</summary>
    public static string NameOf(ParseResult parsed) => string.Join(' ', ["daprhep", .. CommandPath(parsed)]);

    private static Stack<string> CommandPath(ParseResult parsed)
    {
        var words = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result?.Parent is not null; result = result.Parent)
        {
            if (result is CommandResult command)
                words.Push(command.Command.Name);
        }
        return words;
    }

    private static string MessageOf(Exception e) => e switch
    {
        StackException or GatewayException or StoreFullException or TrainingDivergedException => e.Message,
        _ => IsBadInput(e) ? e.Message : $"{e.GetType().Name}: {e.Message}",
    };

    private static int Say(string message, int code)
    {
        Console.Error.WriteLine($"daprhep: {string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}");
        return code;
    }
}
