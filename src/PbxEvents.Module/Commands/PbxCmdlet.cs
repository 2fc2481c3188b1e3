using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Watching;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Base of the cmdlets: waits for asynchronous work on the pipeline thread so that Ctrl+C ends it at once, PowerShell's own
/// events are handled meanwhile, and the connection's activity log appears with <c>-Verbose</c>.
/// </summary>
public abstract class PbxCmdlet : PSCmdlet, IDisposable
{
    /// <summary>How long to wait at most before queued PowerShell events and verbose lines get their turn.</summary>
    private const int SliceMilliseconds = 50;

    /// <summary>How long PowerShell may handle engine events before this cmdlet looks at its deadline and its own events again.</summary>
    private static readonly TimeSpan PumpLength = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ActivityReader> _activities = [];

    private protected PbxCmdlet()
    {
    }

    /// <summary>Cancelled when the user or the pipeline stops the cmdlet.</summary>
    private protected CancellationToken StopToken => _stopping.Token;

    private protected static ModuleState Session => ModuleState.Current;

    /// <summary>Ends the waits.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An outcome is known at the end only, so it does not go with another state.</summary>
    private protected void RefuseOtherThanEnded(PbxCallState[]? states)
    {
        foreach (var state in states ?? [])
        {
            if (state != PbxCallState.Ended)
                ThrowTerminatingError(ModuleErrors.OutcomeNeedsEnded(state));
        }
    }

    /// <summary>What <c>-TimeZone</c> names: an id or the zone itself; null for neither.</summary>
    private protected TimeZoneInfo? FindTimeZone(object? given)
    {
        var value = given is PSObject wrapped ? wrapped.BaseObject : given;
        if (value is null or TimeZoneInfo)
            return (TimeZoneInfo?)value;
        if (value is string id && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone))
            return zone;
        ThrowTerminatingError(ModuleErrors.UnknownTimeZone(value));
        return null;
    }

    /// <summary>The country that <c>-Country</c> names, in capital letters; null for none.</summary>
    private protected string? FindCountry(string? given)
    {
        if (given is null)
            return null;
        try
        {
            if (DeskParts.Numbers.Countries.FirstOrDefault(c => c.Equals(given, StringComparison.OrdinalIgnoreCase)) is { } country)
                return country;
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(given));
        }
        ThrowTerminatingError(ModuleErrors.UnknownCountry(given));
        return null;
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It came to its end just now.
        }
    }

    /// <summary>Shows what a connection does from now on as verbose lines.</summary>
    private protected void Follow(PbxClient client, bool fromStart = false)
    {
        if (_activities.TrueForAll(j => !ReferenceEquals(j.Client, client)))
            _activities.Add(new ActivityReader(client, fromStart));
    }

    /// <summary>Waits for work on the pipeline thread.</summary>
    /// <exception cref="PipelineStoppedException">The cmdlet was stopped.</exception>
    /// <exception cref="PbxException">The work failed.</exception>
    private protected void Await(Func<CancellationToken, Task> work)
    {
        var task = work(StopToken);
        while (!WaitOnce(task, Timeout.InfiniteTimeSpan))
        {
            // Verbose lines and PowerShell's events had their turn.
        }
        WriteJournals();
        Finish(task);
    }

    /// <inheritdoc cref="Await(Func{CancellationToken, Task})"/>
    private protected T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        Task<T>? task = null;
        Await(token => (Task)(task = work(token)));
        return task!.GetAwaiter().GetResult();
    }

    /// <summary>Waits for work that may take longer than a second, and says so then.</summary>
    /// <param name="work">The work.</param>
    /// <param name="activity">What is done.</param>
    /// <inheritdoc cref="Await(Func{CancellationToken, Task})"/>
    private protected T AwaitLong<T>(Func<CancellationToken, Task<T>> work, string activity)
    {
        using var bar = new ProgressBar(this, activity);
        var task = work(StopToken);
        while (!WaitOnce(task, Timeout.InfiniteTimeSpan))
            bar.Report(() => (null, ""));
        return Await(_ => task);
    }

    /// <summary>Takes the items of an asynchronous sequence on the pipeline thread, as they come.</summary>
    /// <param name="items">The sequence.</param>
    /// <param name="take">Takes one; false when no more are wanted.</param>
    /// <exception cref="PipelineStoppedException">The cmdlet was stopped.</exception>
    /// <exception cref="PbxException">The sequence failed.</exception>
    private protected void TakeEach<T>(IAsyncEnumerable<T> items, Func<T, bool> take)
    {
        var source = items.GetAsyncEnumerator(StopToken);
        var move = Task.FromResult(true);
        try
        {
            while (Await(_ => move = source.MoveNextAsync().AsTask()))
            {
                if (!take(source.Current))
                    break;
            }
        }
        finally
        {
            _ = EndAsync();
        }

        // A stopped pipeline leaves while the last step is still on its way; it must end before the rest can.
        async Task EndAsync()
        {
            await ((Task)move).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits for work for one slice, then lets others have their turn.</summary>
    /// <param name="task">The work.</param>
    /// <param name="limit">The longest time; infinite for a whole slice.</param>
    /// <returns>True when the work is done.</returns>
    private protected bool WaitOnce(Task task, TimeSpan limit)
    {
        var slice = limit == Timeout.InfiniteTimeSpan ? SliceMilliseconds : (int)Math.Clamp(limit.TotalMilliseconds, 0, SliceMilliseconds);

        // An action that waits for its turn ends the slice: it is not to wait for the rest of it.
        WaitHandle[] handles = [StopToken.WaitHandle, ((IAsyncResult)task).AsyncWaitHandle, .. Session.WorkForThisThread];
        // The stop comes first: it may have ended the work, and a loop that waits for the next piece of it would never see it.
        var woken = StopToken.IsCancellationRequested ? 0 : task.IsCompleted ? 1 : WaitHandle.WaitAny(handles, slice);
        if (woken == 1)
            return true;
        if (woken == 0)
        {
            // The work was told too. Nobody waits for it any more; its failure must not surface later.
            _ = task.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new PipelineStoppedException();
        }
        GiveTurn();
        return false;
    }

    /// <summary>Writes verbose lines and lets PowerShell handle its queued events. Does nothing for those inside an event's action.</summary>
    private protected void GiveTurn()
    {
        if (StopToken.IsCancellationRequested)
            throw new PipelineStoppedException();
        WriteJournals();
        Session.GiveTurn(PumpLength, () => StopToken.IsCancellationRequested);
    }

    /// <summary>Does something for one item and reports its failure without ending the pipeline.</summary>
    /// <returns>True when it succeeded.</returns>
    private protected bool Try(Action action, object? target)
    {
        try
        {
            action();
            return true;
        }
        catch (PbxException e)
        {
            WriteError(e.ToErrorRecord(target));
            return false;
        }
    }

    /// <summary>Opens a journal, and keeps it for this session.</summary>
    /// <exception cref="PbxException">It cannot be opened.</exception>
    private protected PbxJournal OpenJournal(JournalOptions options)
    {
        var name = EventJournal.NameOf(options);
        if (Session.Journals.Any(j => j.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            throw JournalFaults.NameInUse(name);
        var journal = AwaitLong(_ => Task.Run(() => JournalAccess.Open(options)), SR.OpeningJournal.With(options.Path));
        if (journal.Problem is { } problem)
            WriteWarning(problem.Message);
        Session.Add(journal);
        return journal;
    }

    private void Finish(Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void WriteJournals()
    {
        foreach (var activity in _activities)
        {
            foreach (var line in activity.Read())
                WriteVerbose(line);
        }
    }

    /// <summary>A place in a connection's activity log.</summary>
    private sealed class ActivityReader
    {
        private long _position;

        public ActivityReader(PbxClient client, bool fromStart)
        {
            Client = client;
            if (!fromStart)
                Client.Activity.Read(ref _position);
        }

        public PbxClient Client { get; }

        public IEnumerable<string> Read() => Client.Activity.Read(ref _position).Select(l => $"{Client.Name}: {l.Text}");
    }
}
