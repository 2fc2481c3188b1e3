namespace PbxEvents.Tool.CommandLine;

/// <summary>An option of a command.</summary>
/// <param name="Name">Its name with the dashes.</param>
/// <param name="Value">What its value is called in the help; null for a switch.</param>
/// <param name="Help">What it does, in one line.</param>
internal sealed record Option(string Name, string? Value, string Help)
{
    /// <summary>Name and value, as they are typed.</summary>
    public string Usage => Value is null ? Name : $"{Name} {Value}";
}
