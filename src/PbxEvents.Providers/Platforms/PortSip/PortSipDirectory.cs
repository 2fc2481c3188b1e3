namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// What is known of the PBX's numbers: which are extensions, which queues. Nothing in an event says what a number stands
/// for, and only a person's answer counts as one (portsip.md section 7, point 3). Loop only.
/// </summary>
internal sealed class PortSipDirectory
{
    /// <summary>More numbers than any PBX has; a server that invents them must not fill the memory.</summary>
    private const int MaxNumbers = 100_000;

    private readonly HashSet<string> _extensions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _queueById = new(StringComparer.Ordinal);

    public bool IsExtension(string? number) => number is not null && _extensions.Contains(number);

    public bool IsQueue(string? number) => number is not null && _queues.Contains(number);

    /// <summary>
    /// True when a person's number is no extension's: nobody said it is one, it was not dialled, and it is written as numbers
    /// outside are.
    /// </summary>
    /// <param name="number">The number.</param>
    /// <param name="dialled">The number the caller called; null when it is not known.</param>
    /// <param name="goesOutside">True when the platform says that the call was sent on to outside.</param>
    public bool IsOutside(string number, string? dialled, bool goesOutside) =>
        !IsExtension(number) && number != dialled && (number[0] == '+' || number.Length > 6)
        && (goesOutside || dialled?.Length < number.Length);

    /// <summary>The number of a queue that events name only by its id; null when no event told it.</summary>
    public string? QueueOf(string? id) => id is null ? null : _queueById.GetValueOrDefault(id);

    public void AddExtension(string? number)
    {
        if (number is not null && _extensions.Count < MaxNumbers)
            _extensions.Add(number);
    }

    /// <summary>Remembers a queue.</summary>
    /// <returns>False when it was known.</returns>
    public bool AddQueue(string? number, string? id = null)
    {
        if (number is null || _queues.Count >= MaxNumbers)
            return false;
        if (id is not null)
            _queueById[id] = number;
        return _queues.Add(number);
    }
}
