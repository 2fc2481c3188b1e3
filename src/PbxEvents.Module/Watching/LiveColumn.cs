namespace PbxEvents.Module.Watching;

/// <summary>A column of a live table.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Rank">Which column goes first when the terminal is too narrow: the one with the highest rank.</param>
/// <param name="MinWidth">Below this it is of no use.</param>
/// <param name="MaxWidth">It never takes more.</param>
/// <param name="Value">The text of a row.</param>
internal sealed record LiveColumn<T>(string Title, int Rank, int MinWidth, int MaxWidth, Func<T, LiveText> Value)
{
    /// <summary>For numbers and times.</summary>
    public bool IsRightAligned { get; init; }

    /// <summary>True when it takes no room until some row has something to say.</summary>
    public bool IsOptional { get; init; }
}
