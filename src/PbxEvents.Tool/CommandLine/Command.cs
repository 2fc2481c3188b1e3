namespace PbxEvents.Tool.CommandLine;

/// <summary>One command of the tool.</summary>
/// <param name="Name">The word that chooses it.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Options">What it takes.</param>
/// <param name="ExecuteAsync">Does it; gives the exit code.</param>
internal sealed record Command(
    string Name, string Summary, IReadOnlyList<Option> Options, Func<ParsedOptions, CancellationToken, Task<int>> ExecuteAsync)
{
    private static readonly string[] HelpWords = ["--help", "-h", "help"];

    /// <summary>More for the help than the options say.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Finds the command that the arguments name and runs it.</summary>
    /// <param name="commands">What there is.</param>
    /// <param name="arguments">What was typed.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The arguments name no command, or it does not take them.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<Command> commands, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count == 0)
            throw new UsageException("No command was given.");
        if (HelpWords.Contains(arguments[0]))
        {
            Console.WriteLine("usage: pbxevents COMMAND [OPTIONS]\n");
            foreach (var known in commands)
                Console.WriteLine($"  {known.Name,-9} {known.Summary}");
            Console.WriteLine("\n'pbxevents COMMAND --help' lists a command's options.");
            return 0;
        }
        var command = commands.FirstOrDefault(c => c.Name == arguments[0])
            ?? throw new UsageException($"There is no command '{arguments[0]}'.");
        var rest = arguments.Skip(1).ToList();
        if (!rest.Any(HelpWords.Contains))
            return await command.ExecuteAsync(ParsedOptions.Parse(command, rest), cancellationToken);
        Console.WriteLine(command.HelpText());
        return 0;
    }

    private string HelpText()
    {
        var width = Options.Select(o => o.Usage.Length).DefaultIfEmpty().Max();
        var lines = Options.Select(o => $"  {o.Usage.PadRight(width)}  {o.Help}");
        var head = Options.Count == 0 ? $"usage: pbxevents {Name}" : $"usage: pbxevents {Name} [OPTIONS]";
        return string.Join('\n', [head, "", Summary, .. Options.Count == 0 ? [] : lines.Prepend(""), .. Notes.Length == 0 ? [] : new[] { "", Notes }]);
    }
}
