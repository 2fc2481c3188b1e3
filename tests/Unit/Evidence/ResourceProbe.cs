using System.Collections;
using System.Diagnostics;
using System.Reflection;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What the process holds at a moment.</summary>
/// <param name="Memory">Bytes on the managed heap after a full collection.</param>
/// <param name="Sockets">Open sockets; -1 where the system does not tell.</param>
/// <param name="Threads">The process's threads.</param>
/// <param name="Timers">.NET's timers that are set.</param>
/// <param name="Tasks">Tasks that were begun and are not done, since <see cref="ResourceProbe.CountTasks"/>; -1 when nobody counts.</param>
internal sealed record Resources(long Memory, int Sockets, int Threads, long Timers, int Tasks)
{
    public override string ToString() => $"{Memory / 1024.0 / 1024:0.0} MB, {Sockets} sockets, {Threads} threads, {Timers} timers, {Tasks} tasks";
}

/// <summary>Looks at the whole process, so nothing else may run in it.</summary>
internal static class ResourceProbe
{
    private const string SocketFolder = "/proc/self/fd";

    // What a debugger uses for its window of tasks; there is no public way to it.
    private static readonly FieldInfo? Counting = typeof(Task).GetField("s_asyncDebuggingEnabled", BindingFlags.Static | BindingFlags.NonPublic);
    private static readonly FieldInfo? Active = typeof(Task).GetField("s_currentActiveTasks", BindingFlags.Static | BindingFlags.NonPublic);

    // The soak's own methods, which wait for what they started.
    private static readonly string[] Own = ["PbxEvents.Soak.", "Program+", nameof(ResourceProbe)];

    /// <summary>From now on tasks are counted.</summary>
    public static void CountTasks() => Counting?.SetValue(null, true);

    /// <summary>Looks now.</summary>
    public static Resources Look()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        using var process = Process.GetCurrentProcess();
        return new Resources(GC.GetTotalMemory(forceFullCollection: true), CountSockets(), process.Threads.Count, Timer.ActiveCount, CountActiveTasks());
    }

    /// <summary>Looks until nothing is left over, or some seconds are over: what was ended takes a moment to be gone.</summary>
    /// <param name="before">What may be there.</param>
    public static async Task<Resources> LookUntilAsync(Resources before)
    {
        var now = Look();
        for (var i = 0; i < 50 && (now.Sockets > before.Sockets || now.Timers > before.Timers || now.Tasks > before.Tasks); i++)
        {
            await Task.Delay(100);
            now = Look();
        }
        return now;
    }

    /// <summary>The kinds of tasks that are not done, for people.</summary>
    public static string DescribeTasks()
    {
        if (Active?.GetValue(null) is not IDictionary tasks)
            return "";
        lock (tasks)
        {
            return string.Join(Environment.NewLine, tasks.Values.Cast<Task>().Where(IsForeign).GroupBy(t => t.GetType().ToString()).OrderByDescending(g => g.Count())
                .Select(g => $"{g.Count()} x {g.Key}"));
        }
    }

    private static int CountActiveTasks()
    {
        if (Active?.GetValue(null) is not IDictionary tasks)
            return -1;
        lock (tasks)
            return tasks.Values.Cast<Task>().Count(IsForeign);
    }

    private static bool IsForeign(Task task)
    {
        var type = task.GetType().ToString();
        return !task.IsCompleted && !Own.Any(o => type.Contains(o, StringComparison.Ordinal));
    }

    private static int CountSockets()
    {
        if (!Directory.Exists(SocketFolder))
            return -1;
        return Directory.EnumerateFileSystemEntries(SocketFolder).Count(IsSocket);

        static bool IsSocket(string path)
        {
            try
            {
                return File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name.StartsWith("socket:", StringComparison.Ordinal) == true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
