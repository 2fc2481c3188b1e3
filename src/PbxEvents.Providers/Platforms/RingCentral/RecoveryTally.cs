using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Finds out what a recovery saved (ringcentral.md sections 5.1 and 6). The platform keeps the newest notifications up to
/// its buffer's size and does not say what it dropped. Whether <c>wsc.sequence</c> counts notifications is not documented
/// (section 12, question 4), so it is observed: only while every number followed the one before is a jump after a recovery
/// taken as the count of what is missing. Else a buffer that came back full may have run over, and that is said. Loop only.
/// </summary>
internal sealed class RecoveryTally
{
    /// <summary>So many steps without a contradiction are taken as proof that the numbers count.</summary>
    private const int ProofSteps = 2;

    private long? _last;
    private long? _lastBeforeLoss;
    private int _steps;
    private bool _isContradicted;
    private bool _isRecovering;
    private bool _awaitsFirst;
    private bool _isCounted;
    private bool _wasFull;
    private int _replayed;
    private long _missing;

    private bool IsProven => _steps >= ProofSteps && !_isContradicted;

    /// <summary>A session begins that has nothing to do with the one before. How the platform counts stays as it was observed.</summary>
    public void Begin(long? sequence) => _last = sequence;

    /// <summary>A recovery has succeeded; what was missed follows. An outage can take more than one.</summary>
    public void BeginRecovery()
    {
        _isRecovering = true;
        _awaitsFirst = true;
        _isCounted = false;
        _replayed = 0;
        _lastBeforeLoss = _last;
    }

    /// <summary>A frame that is no notification carried a sequence.</summary>
    public void Saw(long sequence)
    {
        if (!_awaitsFirst)
            Step(sequence);
    }

    /// <summary>A notification arrived.</summary>
    /// <param name="sequence">Its sequence; null when it carries none.</param>
    /// <param name="isNew">False for a double.</param>
    public void SawNotification(long? sequence, bool isNew)
    {
        if (_isRecovering)
            _replayed++;
        if (sequence is not { } number)
            return;
        if (!_awaitsFirst)
        {
            Step(number);
            return;
        }
        _awaitsFirst = false;
        if (!isNew)
        {
            // What was seen before comes again: the buffer reaches back far enough.
            _isCounted = true;
        }
        else if (IsProven && _lastBeforeLoss is { } before && number > before)
        {
            _isCounted = true;
            _missing += number - before - 1;
        }
        _last = number;
    }

    /// <summary>Everything that was replayed has arrived.</summary>
    /// <param name="bufferSize">The size of the platform's buffer.</param>
    public void EndReplay(int bufferSize)
    {
        _isRecovering = _awaitsFirst = false;
        _wasFull |= !_isCounted && _replayed >= bufferSize;
    }

    /// <summary>What the outage cost; the next one starts at nothing.</summary>
    public LinkRecovery Take()
    {
        var (missing, wasFull) = (_missing, _wasFull);
        Forget();
        if (missing > 0)
        {
            return new LinkRecovery(PbxGapRecovery.Partial, missing, "More was missed than RingCentral keeps for a recovery; the newest came, the oldest are lost.")
            { Reason = PbxGapReason.BufferOverrun };
        }
        if (wasFull)
        {
            return new LinkRecovery(PbxGapRecovery.Partial, null, "RingCentral's recovery buffer came back full; older events may be lost.")
            { Reason = PbxGapReason.BufferOverrun };
        }
        return new LinkRecovery(PbxGapRecovery.Recovered);
    }

    /// <summary>The outage ended in another way.</summary>
    public void Forget()
    {
        _missing = 0;
        _wasFull = false;
        _isRecovering = _awaitsFirst = false;
    }

    private void Step(long sequence)
    {
        if (_last is { } last)
        {
            if (sequence <= last)
                return;
            if (sequence == last + 1)
                _steps++;
            else
                _isContradicted = true;
        }
        _last = sequence;
    }
}
