using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Connections;
using PbxEvents.Notify;

namespace PbxEvents.Module.Durable;

/// <summary>
/// The runspace of one reaction, with the module in it. One try at a time. Nothing of the session's own runspace is in it but the text of
/// the action, what <c>$using:</c> names, the contacts, and the place in the file system.
/// </summary>
internal sealed class ReactionHost : IDisposable
{
    /// <summary>
    /// Within try, an error that ends a command ends the action too: one that PowerShell would otherwise write and go on after is the usual
    /// way in which a call to a web service fails.
    /// </summary>
    private const string Wrapper = "param($__pbxBlock, $__pbxEvent) try { & $__pbxBlock $__pbxEvent } catch { throw }";

    private const string FileWrapper = "param($__pbxFile) try { & $__pbxFile } catch { throw }";

    private readonly Runspace _runspace;
    private readonly ReactionCode _code;
    private readonly ScriptBlock? _block;
    private volatile PowerShell? _running;

    /// <summary>Makes the runspace.</summary>
    /// <param name="code">The action.</param>
    /// <param name="initialization">What runs first; null for nothing.</param>
    /// <param name="location">The folder in which it begins.</param>
    /// <param name="isTest">True when nothing is to be changed.</param>
    /// <exception cref="RuntimeException">What runs first has failed.</exception>
    public ReactionHost(ReactionCode code, ReactionCode? initialization, string location, bool isTest)
    {
        _code = code;
        var contacts = ModuleState.Current.Contacts;
        _runspace = ModuleRunspace.Open("PbxEvents reaction");
        try
        {
            ModuleState.Of(_runspace).Contacts = contacts;
            _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(location));
            foreach (var (name, value) in code.Values.Concat(initialization?.Values ?? []))
                _runspace.SessionStateProxy.SetVariable(name, value);
            if (initialization is not null)
            {
                using var shell = Open();
                shell.AddScript(initialization.Text, useLocalScope: false);
                shell.Invoke();
            }
            if (isTest)
                _runspace.SessionStateProxy.SetVariable("WhatIfPreference", true);
            using var maker = Open();
            _block = code.File is null ? (ScriptBlock)maker.AddScript("param($text) [scriptblock]::Create($text)").AddArgument(code.Text).Invoke()[0].BaseObject : null;
        }
        catch (Exception)
        {
            _runspace.Dispose();
            throw;
        }
    }

    /// <summary>Runs the action once. Any thread; returns when it has ended.</summary>
    /// <param name="attempt">The try.</param>
    /// <param name="report">Gets what it puts out and writes, as it comes, on its thread.</param>
    /// <param name="limit">Tells it to end.</param>
    /// <exception cref="TryFailedException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was told to end.</exception>
    public void Run(ReactionTry attempt, Action<object> report, CancellationToken limit)
    {
        using var shell = Open();
        var session = ModuleState.Of(_runspace);
        _runspace.SessionStateProxy.SetVariable("_", attempt.Item);
        _runspace.SessionStateProxy.SetVariable("Delivery", attempt.Delivery);
        if (_block is not null)
            shell.AddScript(Wrapper, useLocalScope: true).AddArgument(_block).AddArgument(attempt.Item);
        else
            shell.AddScript(FileWrapper, useLocalScope: true).AddArgument(_code.File);
        var output = new PSDataCollection<PSObject>();
        Forward(output);
        Forward(shell.Streams.Error, attempt.AddError);
        Forward(shell.Streams.Warning);
        Forward(shell.Streams.Information);
        session.Attempt = attempt;
        _running = shell;
        try
        {
            using var end = limit.Register(Stop);
            shell.Invoke(null, output);
        }
        catch (PipelineStoppedException) when (limit.IsCancellationRequested)
        {
            throw new OperationCanceledException(limit);
        }
        catch (Exception e)
        {
            throw new TryFailedException(ToFailure(e), e);
        }
        finally
        {
            _running = null;
            session.Attempt = null;
        }
        limit.ThrowIfCancellationRequested();
        if (attempt.FirstError is { } error && attempt.FailOn == PbxFailOn.Error)
            throw new TryFailedException(ToFailure(error), error.Exception);

        void Forward<T>(PSDataCollection<T> stream, Action<T>? take = null) where T : notnull => stream.DataAdded += (items, added) =>
        {
            var item = ((PSDataCollection<T>)items!)[added.Index];
            take?.Invoke(item);
            report(item);
        };
    }

    /// <summary>Ends what runs. Does not wait. Any thread.</summary>
    public void Stop()
    {
        try
        {
            _running?.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It came to its end just now.
        }
    }

    /// <summary>Ends what runs, and the runspace. Does not wait for an action that does not end.</summary>
    public void Dispose()
    {
        Stop();
        if (_running is null)
            _runspace.Dispose();
        else
            _runspace.CloseAsync();
    }

    private PowerShell Open()
    {
        var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }

    private static Failure ToFailure(Exception error) => error is RuntimeException { ErrorRecord: { } record } ? ToFailure(record) : new Failure(error.Message, error.GetType().Name);

    private static Failure ToFailure(ErrorRecord error) => new(error.ToString(), error.FullyQualifiedErrorId, error.ScriptStackTrace)
    {
        IsPermanent = IsPermanent(error.Exception),
        RetryAfter = FaultOf(error.Exception)?.RetryAfter,
    };

    private static PbxException? FaultOf(Exception? error)
    {
        while (error is not (null or PbxException))
            error = error.InnerException;
        return error as PbxException;
    }

    /// <summary>
    /// Whether the same again would fail again: what this module says so of, and a web service's refusal of a request, also of PowerShell's own
    /// Invoke-RestMethod.
    /// </summary>
    private static bool IsPermanent(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is PbxException fault)
                return fault.IsPermanent;
            if (error is HttpRequestException { StatusCode: { } status })
                return NotifyFaults.IsPermanent((int)status);
        }
        return false;
    }
}
