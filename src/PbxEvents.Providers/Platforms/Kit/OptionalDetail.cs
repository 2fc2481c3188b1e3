using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Asks for what call records are better with, and do without where the login may not see it.</summary>
internal static class OptionalDetail
{
    /// <summary>Asks, and says in the activity log when the right is missing or the server has no such thing.</summary>
    /// <param name="context">The activity log.</param>
    /// <param name="what">What is asked for, for people.</param>
    /// <param name="ask">Asks.</param>
    /// <returns>The answer; null when there is none.</returns>
    /// <exception cref="PbxException">It failed for another reason.</exception>
    public static async Task<T?> AskAsync<T>(DriverContext context, string what, Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (PbxException e) when (e.Kind is PbxErrorKind.PermissionDenied or PbxErrorKind.NotSupported)
        {
            context.Log($"Continuing without {what}: {e.Message}");
            return null;
        }
    }
}
