using System.Globalization;

namespace PbxEvents.Tool.CommandLine;

/// <summary>The options that were typed, checked against those that the command has.</summary>
internal sealed class ParsedOptions
{
    private readonly string _command;
    private readonly Dictionary<string, string> _values = [];

    private ParsedOptions(string command) => _command = command;

    /// <summary>Reads <c>--name value</c>, <c>--name=value</c> and switches.</summary>
    /// <exception cref="UsageException">Something was typed that the command does not take.</exception>
    public static ParsedOptions Parse(Command command, IReadOnlyList<string> arguments)
    {
        var parsed = new ParsedOptions(command.Name);
        for (var i = 0; i < arguments.Count; i++)
        {
            var parts = arguments[i].Split('=', 2);
            var option = command.Options.FirstOrDefault(o => o.Name == parts[0])
                ?? throw parsed.Wrong($"{command.Name} has no use for '{parts[0]}'.");
            string value;
            if (option.Value is null)
                value = parts.Length == 1 ? "" : throw parsed.Wrong($"{option.Name} takes no value.");
            else if (parts.Length == 2)
                value = parts[1];
            else
                value = ++i < arguments.Count ? arguments[i] : throw parsed.Wrong($"{option.Name} needs its {option.Value}.");
            if (!parsed._values.TryAdd(option.Name, value))
                throw parsed.Wrong($"{option.Name} was given twice.");
        }
        return parsed;
    }

    /// <summary>True when the option was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The option's value, or null.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>The option's value.</summary>
    /// <exception cref="UsageException">It was not given.</exception>
    public string Required(string name) => Text(name) ?? throw Wrong($"{_command} needs {name}.");

    /// <summary>The option's value cut at its commas; empty when it was not given.</summary>
    public IReadOnlyList<string> List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The option's value as a whole number, or null.</summary>
    /// <exception cref="UsageException">It is none, or out of range.</exception>
    public int? Number(string name, int min, int max)
    {
        if (Text(name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong($"{name} must be a whole number from {min} to {max}, not '{text}'.");
    }

    /// <summary>An error about this command line.</summary>
    public UsageException Wrong(string message) => new(message, _command + " ");
}
