namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The answer to a request over the socket.</summary>
/// <param name="Status">The HTTP-like status; 0 when no answer came in time.</param>
/// <param name="Body">The body as it came; empty when there is none.</param>
/// <param name="Headers">The headers as JSON; empty when there are none.</param>
/// <param name="IsMultipart">True when the body is multipart text.</param>
internal readonly record struct RingCentralReply(int Status, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Headers, bool IsMultipart)
{
    public static readonly RingCentralReply None = new(0, default, default, false);

    /// <summary>True for 200 to 299: the .NET SDK's trap is not to look (section 5.2).</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
