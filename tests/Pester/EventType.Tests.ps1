BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Get-PbxEventType' {
    It 'lists a platform''s whole catalogue without a connection' {
        (Get-PbxEventType -Provider TelecomX).Count | Should -Be 269
    }

    It 'takes wildcards, categories, topics and types' {
        (Get-PbxEventType QUEUE_* -Provider TelecomX).Name | Should -Contain 'QUEUE_ENTERED'
        (Get-PbxEventType -Category Voicemail).Category | Sort-Object -Unique | Should -Be 'Voicemail'
        (Get-PbxEventType -Provider Tele* -Topic REG*).Topic | Sort-Object -Unique | Should -Be 'REGISTER'
        (Get-PbxEventType -Type Registration).Name | Should -Contain 'UNREGISTER'
    }

    It 'shows fields and the right an event needs' {
        $type = Get-PbxEventType CALL_START -Provider TelecomX
        $type.Permission | Should -Be 'PERSONAL'
        $type.Fields.Name | Should -Contain 'sessionId'
        ($type.Fields | Where-Object Name -EQ 'direction').Values | Should -Be 'I', 'O'
    }

    It 'takes the platform from a connection in the pipeline' {
        $bench = Connect-Bench
        ($bench.Connection | Get-PbxEventType CALL_END).Provider | Should -Be 'TelecomX'
        Close-Bench
    }

    It 'reports a name that no catalogue has, and a platform that does not exist' {
        (Get-ErrorRecord { Get-PbxEventType CALL_STRAT @args }).FullyQualifiedErrorId | Should -BeLike 'EventTypeNotFound,*'
        (Get-ErrorRecord { Get-PbxEventType -Provider Telegraph @args }).FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }
}
