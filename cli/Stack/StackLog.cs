namespace DaprHep.Cli.Stack;

/// <summary>The lines of all processes as one log, each after the name of its process, in a terminal in a colour of its own.</summary>
internal sealed class StackLog(TextWriter output, bool colours)
{
    private static readonly int[] Palette = [36, 33, 35, 32, 34, 96, 93, 95];
    private readonly Dictionary<string, int> _colours = [];
    private readonly Lock _lock = new();
    private int _width = 8;

    /// <summary>Writes a line of a process.</summary>
    public void Write(string process, string line)
    {
        lock (_lock)
        {
            if (!_colours.TryGetValue(process, out int colour))
                _colours.Add(process, colour = Palette[_colours.Count % Palette.Length]);
            _width = Math.Max(_width, process.Length);
            string name = process.PadRight(_width);
            output.WriteLine(colours ? $"\e[{colour}m{name} |\e[0m {line}" : $"{name} | {line}");
        }
    }
}
