namespace PbxEvents;

/// <summary>Knows the world's numbering plans. Its maker brings a library along, so it is loaded apart. Any thread.</summary>
internal interface INumberReader
{
    /// <summary>The countries whose numbers it knows, in two letters.</summary>
    IReadOnlyCollection<string> Countries { get; }

    /// <summary>Reads a number as it was dialled. What is no number of the world's plans stays as it is.</summary>
    /// <param name="number">The number, or an address with one in it.</param>
    /// <param name="country">Where it was dialled; null when only numbers with a country's code can be understood.</param>
    PbxNumber Read(string number, string? country);
}
