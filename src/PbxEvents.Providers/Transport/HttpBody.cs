namespace PbxEvents.Providers.Transport;

/// <summary>Reads an HTTP answer's body whole, but not more of it than allowed.</summary>
internal static class HttpBody
{
    /// <summary>Reads it.</summary>
    /// <param name="content">The body.</param>
    /// <param name="limit">The most bytes that are taken, after decompression.</param>
    /// <param name="display">The address without anything secret.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="PbxException">There is more than the limit.</exception>
    public static async Task<byte[]> ReadAsync(HttpContent content, int limit, string display, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw LinkFaults.TooLarge(display, limit);
        }

        return await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }
}
