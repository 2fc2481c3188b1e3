namespace PbxEvents.Tests.Unit.Simulator;

/// <summary>Time limits that only a broken program reaches.</summary>
internal static class Limits
{
    /// <summary>A token that ends a test which hangs.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    /// <summary>Ends a wait which hangs.</summary>
    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Ends a wait which hangs.</summary>
    public static Task InTime(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(60));
}
