using System.Buffers;

namespace PbxEvents.Providers.Transport;

/// <summary>Reads a stream to its end, but not for ever.</summary>
internal static class BoundedReader
{
    /// <summary>Reads it whole.</summary>
    /// <param name="stream">The stream; not disposed of.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>An array of exactly the size; null when there is more than the limit.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 16 * 1024) + 1);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0) return buffer.AsSpan(0, length).ToArray();
                length += read;
                if (length > limit) return null;
                if (length == buffer.Length) buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Exchanges a full pooled buffer for one of twice the size with the same beginning.</summary>
    /// <param name="buffer">The full buffer; it goes back to the pool.</param>
    /// <returns>The larger one.</returns>
    public static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
