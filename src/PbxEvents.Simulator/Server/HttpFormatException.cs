namespace PbxEvents.Simulator.Server;

/// <summary>A request that is answered with an error before any route sees it.</summary>
/// <param name="status">The HTTP status of the answer.</param>
/// <param name="message">What is wrong with the request.</param>
internal sealed class HttpFormatException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status of the answer.</summary>
    public int Status { get; } = status;
}
