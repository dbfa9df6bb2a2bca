package policies.lib.image_scans_test

import data.policies.lib.image_scans

test_success_without_an_error_code_succeeded if {
	image_scans.succeeded("SUCCESS", null)
	image_scans.succeeded("SUCCESS", "SUCCESS")
}

test_success_with_an_error_code_did_not if {
	every result in ["TASK_NOT_EXISTS", "TASK_NOT_SUPPORT_REGION", "forbid_create_repeat_task", "", "success"] {
		not image_scans.succeeded("SUCCESS", result)
	}
}

test_no_other_status_succeeded if {
	every status in ["INIT", "PRE_ANALYZER_SUCCESS", "FAIL", "TIMEOUT", "success", "", null] {
		not image_scans.succeeded(status, null)
	}
}

test_the_status_stands_in_the_way_unless_it_is_success if {
	image_scans.obstacle("SUCCESS") == "ScaResult"
	image_scans.obstacle("TIMEOUT") == "ScaStatus"
	image_scans.obstacle(null) == "ScaStatus"
}
