BeforeAll {
    . $PSScriptRoot/Support.ps1
    $bench = Connect-Bench -Connection @{ Name = 'head office' } -Simulator @{ Name = 'lab' }
    $null = Invoke-PbxSimulation Missed -Pace 0
    $null = Wait-PbxCall -Outcome Missed -Timeout $Patience

    function Complete {
        param([string] $Line)

        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    Close-Bench
}

Describe 'Completion' {
    It 'offers <Expected> after: <Line>' -ForEach @(
        @{ Line = 'Connect-PbxEvents '; Expected = 'TelecomX' }
        @{ Line = 'Connect-PbxEvents -Provider tel'; Expected = 'TelecomX' }
        @{ Line = 'Connect-PbxEvents TelecomX -TimeZone Europe/Copen'; Expected = 'Europe/Copenhagen' }
        @{ Line = 'Register-PbxSubscription '; Expected = 'Registration' }
        @{ Line = 'Register-PbxSubscription -Topic '; Expected = 'CONFIG-NOT-IPTV' }
        @{ Line = 'Register-PbxSubscription Call -EventName CALL_H'; Expected = 'CALL_HOLD' }
        @{ Line = 'Get-PbxEvent -Name VOICE'; Expected = 'VOICEMAIL_NEW' }
        @{ Line = 'Get-PbxEvent Voi'; Expected = 'Voicemail' }
        @{ Line = 'Get-PbxEventType -Provider TelecomX QUEUE_M'; Expected = 'QUEUE_MASTER' }
        @{ Line = 'Get-PbxEventType -Topic A'; Expected = 'ADMIN:PBX' }
        @{ Line = 'Wait-PbxCall -Outcome Mi'; Expected = 'Missed' }
        @{ Line = 'Wait-PbxCall -Connection '; Expected = "'head office'" }
        @{ Line = 'Get-PbxConnection '; Expected = "'head office'" }
        @{ Line = 'Disconnect-PbxEvents head'; Expected = "'head office'" }
        @{ Line = "Disconnect-PbxEvents 'head"; Expected = "'head office'" }
        @{ Line = 'Send-PbxRequest CommunicatorG'; Expected = 'CommunicatorGetStatus' }
        @{ Line = 'Start-PbxSimulator '; Expected = 'TelecomX' }
        @{ Line = 'Stop-PbxSimulator -Simulator '; Expected = 'lab' }
        @{ Line = 'Invoke-PbxSimulation Queue'; Expected = 'QueueAbandoned' }
        @{ Line = 'Invoke-PbxSimulation Missed -Fault Half'; Expected = 'HalfOpen' }
    ) {
        Complete $Line | Should -Contain $Expected
    }

    It 'offers the subscriptions and the calls there are' {
        Complete 'Unregister-PbxSubscription -Id ' | Should -Contain "$($bench.Subscription.Id)"
        Complete 'Get-PbxCall -Call ' | Should -Be (Get-PbxCall).CallId
    }

    It 'says a line about each' {
        $match = (TabExpansion2 'Get-PbxEvent -Name CALL_RIN' 27).CompletionMatches[0]
        $match.ToolTip | Should -BeLike '*alerting*'
    }
}
